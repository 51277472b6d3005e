"""The environment variables that the peer's program has beside those of a worker."""

from typing import Final

DATABASE_URL: Final = "PEER_DATABASE_URL"
PARTNER_ADDRESS: Final = "PEER_PARTNER_ADDRESS"
PARTNER_SECRET_NAME: Final = "PEER_PARTNER_SECRET_NAME"  # noqa: S105  (a name, not a secret)
