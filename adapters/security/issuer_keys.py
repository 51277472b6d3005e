"""The published keys of a token issuer (JWKS), fetched in the background."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

import jwt

from domain.errors import TransientError

log = logging.getLogger("gateway")
_REFRESH_SECONDS: Final = 3600.0
"""The set is fetched again after this time."""
_MAX_AGE_SECONDS: Final = 24 * 3600.0
"""The set is used for this time while the issuer does not respond."""
REFETCH_SECONDS: Final = 30.0


Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the body at an address, within bounds; raises `TransientError`."""


class IssuerKeys:
    """The published keys of an issuer, by their ids."""

    def __init__(
        self,
        address: str,
        fetch: Fetch,
        refetch_seconds: float = REFETCH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Get the set at `address` by `fetch`, `refetch_seconds` seconds after the last try at the
        earliest.
        """
        self._address, self._fetch = address, fetch
        self._pause, self._clock = refetch_seconds, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._failed = False

    async def named(self, key_id: object) -> jwt.PyJWK | None:
        """Return the key of this id, or `None` if the issuer has none; for an unknown id, wait for
        the fetch in progress.

        Raises `TransientError` if the keys could not be fetched.
        """
        if not isinstance(key_id, str):
            return None
        known = self._known(key_id)
        if known is None or self._clock() - self._fetched_at >= _REFRESH_SECONDS:
            self._begin()
        if known is None and self._fetching:
            await asyncio.shield(self._fetching)
            known = self._known(key_id)
        if known is None and self._failed:
            raise TransientError("the issuer's keys cannot be fetched")
        return known

    def _known(self, key_id: str) -> jwt.PyJWK | None:
        is_too_old = self._clock() - self._fetched_at >= _MAX_AGE_SECONDS
        return None if is_too_old else self._keys.get(key_id)

    def _begin(self) -> None:
        """Fetch in the background, unless a fetch is in progress or was tried just now."""
        if self._fetching is None and self._clock() - self._tried_at >= self._pause:
            self._fetching = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            self._keys = _signing_keys(await self._fetch(self._address))
            self._fetched_at, self._failed = self._clock(), False
        except Exception as error:
            # An issuer that publishes anything but keys must not fail the requests of callers.
            log.warning("the issuer's keys: %s", type(error).__name__)
            self._failed = True
        finally:
            self._tried_at, self._fetching = self._clock(), None


def _signing_keys(content: bytes) -> dict[str, jwt.PyJWK]:
    """Parse a key set; raises any error of the parser, also if no key is usable."""
    found = jwt.PyJWKSet.from_dict(json.loads(content)).keys
    keys = {one.key_id: one for one in found if one.key_id and one.public_key_use in ("sig", None)}
    if not keys:
        raise ValueError("no signing keys")
    return keys
