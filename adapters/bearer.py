"""Bearer tokens of the platform and of agents: JSON Web Tokens of one issuer (RFC 7519).

Only this file knows PyJWT. A token is signed with a secret that both sides share, or with a key of
the issuer's published set (JWKS), which is fetched when a key is met that is not known yet.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import jwt

from domain.errors import MessageRefused, Unavailable

LEEWAY: Final = timedelta(seconds=10)
LONGEST: Final = 8192
_SHARED: Final = ["HS256"]
_PUBLISHED: Final = ["ES256", "EdDSA", "PS256", "RS256"]
_NEEDED: Final = ["exp", "iss", "aud", "sub"]
_REFUSED: Final = "unauthorised"
_FETCH_SECONDS: Final = 5.0
_KEPT_SECONDS: Final = 3600.0
_FETCHED_AGAIN: Final = 30.0
_UNSOUND: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What a token can make of its reader; a head of brackets alone goes deeper than Python does."""


class BearerTokens:
    """Checks tokens; `audience` is whom they must be for."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        secrets: str | None = None,
        keys: str | None = None,
        fetched_again: float = _FETCHED_AGAIN,
    ) -> None:
        """Check against `secrets` (old and new with a space between them), or against the key set
        at the address `keys`, which an unknown key makes us fetch after `fetched_again` seconds.
        """
        self._issuer = issuer
        self._audience = audience
        self._secrets = (secrets or "").split()
        self._keys = (
            jwt.PyJWKClient(
                keys,
                lifespan=_KEPT_SECONDS,
                timeout=_FETCH_SECONDS,
                cooldown_duration=fetched_again,
            )
            if keys
            else None
        )

    async def read(self, token: str, purpose: str = "") -> Mapping[str, Any]:
        """Return what `token` says, if it is sound, for us, for `purpose` and not expired.

        A purpose stands behind the audience (`<audience>/pages`). Raises
        `MessageRefused("unauthorised")`, whatever is wrong; `Unavailable` where the issuer's keys
        cannot be fetched.
        """
        if len(token) > LONGEST or not token.isascii():
            raise MessageRefused(_REFUSED)
        audience = f"{self._audience}/{purpose}" if purpose else self._audience
        for key in await self._candidates(token):
            try:
                return self._decoded(token, key, audience)
            except _UNSOUND:
                continue
        raise MessageRefused(_REFUSED)

    def _decoded(self, token: str, key: Any, audience: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=_PUBLISHED if self._keys else _SHARED,
            audience=audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": _NEEDED, "strict_aud": True},
        )
        return content

    async def _candidates(self, token: str) -> list[Any]:
        if self._keys is None:
            return [*self._secrets]
        try:
            return [await asyncio.to_thread(self._keys.get_signing_key_from_jwt, token)]
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable(f"the issuer's keys: {type(error).__name__}") from None
        except _UNSOUND:
            return []


def new_token(secret: str, content: Mapping[str, Any]) -> str:
    """Sign a token with a shared secret: what an issuer does, for the local stack and the tests."""
    return jwt.encode(dict(content), secret, algorithm=_SHARED[0])
