"""Bearer tokens of the platform and of agents: JSON Web Tokens of one issuer (RFC 7519).

The only module that imports PyJWT. A token is signed with a shared secret, or with a key of the
issuer's published set (JWKS). The set is fetched in the background, one fetch at a time: a caller
with a known key never waits for it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from adapters.security.issuer_keys import IssuerKeys
from domain.codes import RefusalCode
from domain.errors import RequestRejected

LEEWAY: Final = timedelta(seconds=10)
MAX_TOKEN_LENGTH: Final = 8192
_HMAC_ALGORITHMS: Final = ["HS256"]
_ASYMMETRIC_ALGORITHMS: Final = ["ES256", "EdDSA", "PS256", "RS256"]
_REQUIRED_CLAIMS: Final = ["exp", "iat", "iss", "aud", "sub"]
DEFAULT_MAX_LIFETIME: Final = timedelta(hours=24)
"""The default: from a token's `iat` to its `exp`."""
_REFUSAL_CODE: Final = RefusalCode.UNAUTHORISED
_DECODE_ERRORS: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What decoding a hostile token can raise; many brackets exceed Python's recursion limit."""


class JwtVerifier:
    """Checks tokens, which must be for `audience`."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        secrets: str | None = None,
        keys: IssuerKeys | None = None,
        max_lifetime: timedelta = DEFAULT_MAX_LIFETIME,
    ) -> None:
        """Check against `secrets` (old and new with a space between them), or against `keys`.

        A token with a lifetime above `max_lifetime` is refused, even just before it expires.
        """
        self._max_lifetime = max_lifetime.total_seconds()
        self._issuer = issuer
        self._audience = audience
        self._secrets = (secrets or "").split()
        self._keys = keys

    async def verify(self, token: str, purpose: str = "") -> Mapping[str, Any]:
        """Return the claims of `token` if it is valid, for us, for `purpose` and not expired.

        The purpose follows the audience (`<audience>/pages`). Raises
        `RequestRejected("unauthorised")` for every invalid token, `TransientError` if the
        issuer's keys cannot be fetched.
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
        if not 0 < float(content["exp"]) - float(content["iat"]) <= self._max_lifetime:
            raise ValueError("its lifetime is too long")
        return content

    async def _candidates(self, token: str) -> list[Any]:
        if self._keys is None:
            return [*self._secrets]
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except _DECODE_ERRORS:
            return []
        return list(filter(None, [await self._keys.named(key_id)]))


def read_expiry(token: str) -> datetime | None:
    """Return when a token expires, whoever signed it; `None` if that cannot be read."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (*_DECODE_ERRORS, KeyError, OSError):
        return None


def sign_jwt(secret: str, content: Mapping[str, Any]) -> str:
    """Sign a token with a shared secret: as an issuer does, for the local stack and the tests."""
    return jwt.encode(dict(content), secret, algorithm=_HMAC_ALGORITHMS[0])
