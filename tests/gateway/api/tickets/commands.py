"""Commands in the tests of this folder."""

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"


CONFIRMED = {"outcome": "confirmed", "note": "contract seen"}
