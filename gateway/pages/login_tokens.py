"""Login tokens of the platform: they open the pages once.

The platform signs a token for the audience `<audience>/pages`, valid for five minutes at most, with
an id (`jti`): `roles: ["member"]` with the account in `sub` and a `contact`, or `roles: ["agent"]`
with the agent in `sub`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from adapters.postgres.sessions import LoginToken, SessionKind
from domain.claims.claim import Contact
from domain.claims.claim_parsing import parse_claim
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.values.json_text import content_digest
from gateway.context import AppContext

MAX_LOGIN_TOKEN_AGE: Final = timedelta(minutes=5)
_DECODE_ERRORS: Final = (
    RequestRejected,
    ValidationError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
)


async def verify_login_token(context: AppContext, token: str, kind: SessionKind) -> LoginToken:
    """Verify a login token, used or not; raises `RequestRejected("invalid_link")`."""
    try:
        login = _from_claims(await context.tokens.verify(token, "pages"), kind)
    except _DECODE_ERRORS:
        raise RequestRejected(RefusalCode.INVALID_LINK) from None
    if login.expires_at - login.issued_at > MAX_LOGIN_TOKEN_AGE:
        raise RequestRejected(RefusalCode.INVALID_LINK)
    return login


def _from_claims(claims: Mapping[str, Any], kind: SessionKind) -> LoginToken:
    roles = claims["roles"]
    if not isinstance(roles, list) or kind not in roles or not claims["jti"]:
        raise KeyError("roles")
    return LoginToken(
        # A digest: any database stores it, whatever the issuer wrote, and no two ids share one.
        token_id=content_digest(claims["jti"]),
        kind=kind,
        subject=claims["sub"],
        contact=_contact(claims["contact"]) if kind == "member" else None,
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def _contact(value: object) -> Contact:
    """Parse a contact as a claim's: an invalid address is reported when a claim is filed."""
    claim = parse_claim({"contact": value}).value
    if claim is None or claim.contact is None:
        raise KeyError("contact")
    return claim.contact
