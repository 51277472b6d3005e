"""Results and secrets in the tests of this folder."""

ADDRESS = "/v1/partners/velotel/outcomes"


OTHER_SECRET = "whsec_" + "A" * 43 + "="


UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"


ACCEPTED = ("accepted", None)


DUPLICATE = ("duplicate", None)
