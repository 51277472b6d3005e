"""Bearer tokens of the platform and of agents: JSON Web Tokens of one issuer (RFC 7519).

Only this file knows PyJWT. A token is signed with a secret that both sides share, or with a key of
the issuer's published set (JWKS). The set is fetched in the background, one fetch at a time: who
has a known key never waits for it, whatever strangers invent and however the issuer fares.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import jwt

from domain.codes import RefusalCode
from domain.errors import RequestRejected, TransientError

log = logging.getLogger("gateway")
LEEWAY: Final = timedelta(seconds=10)
MAX_TOKEN_LENGTH: Final = 8192
_HMAC_ALGORITHMS: Final = ["HS256"]
_ASYMMETRIC_ALGORITHMS: Final = ["ES256", "EdDSA", "PS256", "RS256"]
_REQUIRED_CLAIMS: Final = ["exp", "iat", "iss", "aud", "sub"]
LONGEST_LIFE: Final = timedelta(hours=24)
"""Of a token, where nothing else is set: from `iat` to `exp`."""
_REFUSAL_CODE: Final = RefusalCode.UNAUTHORISED
_REFRESH_SECONDS: Final = 3600.0
"""After which a set is fetched anew."""
_MAX_AGE_SECONDS: Final = 24 * 3600.0
"""For which a set is used while no newer one can be had: longer than an issuer is away."""
REFETCH_SECONDS: Final = 30.0
_DECODE_ERRORS: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What a token can make of its reader; a head of brackets alone goes deeper than Python does."""


Fetch = Callable[[str], Awaitable[bytes]]
"""Gets what stands at an address, within bounds; raises `TransientError`."""


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
        """Return the key of this id, `None` where the issuer has none; an unknown one waits for the
        fetch that is under way. Raises `TransientError` where the issuer could not be asked.
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
            raise TransientError("the issuer's keys cannot be had")
        return known

    def _known(self, key_id: str) -> jwt.PyJWK | None:
        is_too_old = self._clock() - self._fetched_at >= _MAX_AGE_SECONDS
        return None if is_too_old else self._keys.get(key_id)

    def _begin(self) -> None:
        """Fetch in the background, unless that is under way or was tried just now."""
        if self._fetching is None and self._clock() - self._tried_at >= self._pause:
            self._fetching = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            self._keys = _signing_keys(await self._fetch(self._address))
            self._fetched_at, self._failed = self._clock(), False
        except Exception as error:
            # Whatever the issuer publishes instead of keys is its trouble, and not its callers'.
            log.warning("the issuer's keys: %s", type(error).__name__)
            self._failed = True
        finally:
            self._tried_at, self._fetching = self._clock(), None


def _signing_keys(content: bytes) -> dict[str, jwt.PyJWK]:
    """Read a key set; raises whatever reading it brings, also where no key in it is of use."""
    found = jwt.PyJWKSet.from_dict(json.loads(content)).keys
    keys = {one.key_id: one for one in found if one.key_id and one.public_key_use in ("sig", None)}
    if not keys:
        raise ValueError("no signing keys")
    return keys


class JwtVerifier:
    """Checks tokens; `audience` is whom they must be for."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        secrets: str | None = None,
        keys: IssuerKeys | None = None,
        longest_life: timedelta = LONGEST_LIFE,
    ) -> None:
        """Check against `secrets` (old and new with a space between them), or against `keys`.

        A token that lives longer than `longest_life` is refused, however far it has come.
        """
        self._longest_life = longest_life.total_seconds()
        self._issuer = issuer
        self._audience = audience
        self._secrets = (secrets or "").split()
        self._keys = keys

    async def verify(self, token: str, purpose: str = "") -> Mapping[str, Any]:
        """Return what `token` says, if it is sound, for us, for `purpose` and not expired.

        A purpose stands behind the audience (`<audience>/pages`). Raises
        `RequestRejected("unauthorised")`, whatever is wrong; `TransientError` where the issuer's
        keys cannot be fetched.
        """
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise RequestRejected(_REFUSAL_CODE)
        audience = f"{self._audience}/{purpose}" if purpose else self._audience
        for key in await self._candidates(token):
            try:
                return self._decoded(token, key, audience)
            except _DECODE_ERRORS:
                continue
        raise RequestRejected(_REFUSAL_CODE)

    def _decoded(self, token: str, key: Any, audience: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=_ASYMMETRIC_ALGORITHMS if self._keys else _HMAC_ALGORITHMS,
            audience=audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": _REQUIRED_CLAIMS},
        )
        if not 0 < float(content["exp"]) - float(content["iat"]) <= self._longest_life:
            raise ValueError("it lives too long")
        return content

    async def _candidates(self, token: str) -> list[Any]:
        if self._keys is None:
            return [*self._secrets]
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except _DECODE_ERRORS:
            return []
        return list(filter(None, [await self._keys.named(key_id)]))


def sign_jwt(secret: str, content: Mapping[str, Any]) -> str:
    """Sign a token with a shared secret: what an issuer does, for the local stack and the tests."""
    return jwt.encode(dict(content), secret, algorithm=_HMAC_ALGORITHMS[0])
