"""Who reads the pages: a session in a signed cookie, begun by a hand-over from the platform.

The platform signs a token for the audience `<audience>/pages` that lives five minutes at most, has
an id (`jti`) and opens the pages once: `roles: ["member"]` with the account in `sub` and a
`contact`, or `roles: ["agent"]` with the agent in `sub`. Forms carry a token of their session, so
that no other site can send them (CSRF).
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from adapters.tokens import seal, unseal
from domain.claim import Contact
from domain.errors import MessageRefused
from domain.reading import digest
from domain.shapes import Frozen, Identifier
from gateway.parts import Parts
from gateway.problems import Problem

Kind = Literal["member", "agent"]
LONGEST_HANDOVER: Final = timedelta(minutes=5)
LIFE: Final[dict[Kind, timedelta]] = {"member": timedelta(hours=1), "agent": timedelta(hours=8)}
FORM_TOKEN: Final = "form_token"  # noqa: S105  (the name of a field)
_COOKIE: Final[dict[Kind, str]] = {"member": "tickets_member", "agent": "tickets_agent"}
_OWN_SITE: Final = frozenset({None, "same-origin", "none"})
_MOST_FIELDS: Final = 200


class Session(Frozen):
    """Somebody who reads pages: a member's account with whom to write to, or an agent."""

    session_id: Identifier
    kind: Kind
    subject: Identifier
    contact: Contact | None = None


async def handed_over(parts: Parts, token: str, kind: Kind) -> Session:
    """Begin a session by a hand-over, which is used up by it.

    Raises `MessageRefused("link_not_valid")` for a token that is wrong, old, or was used before.
    """
    try:
        content = await parts.tokens.read(token, "pages")
        session = _session(content, kind)
        expires_at = datetime.fromtimestamp(content["exp"], UTC)
        lasts = expires_at - datetime.fromtimestamp(content["iat"], UTC)
    except (MessageRefused, ValidationError, KeyError, TypeError, ValueError, OverflowError):
        raise MessageRefused("link_not_valid") from None
    # Whatever an issuer writes there becomes text that any database takes, and no two become one.
    token_id = digest(content["jti"])
    used = {"token_id": token_id, "expires_at": expires_at}
    if lasts > LONGEST_HANDOVER or not await parts.postgres.value("use_handover", **used):
        raise MessageRefused("link_not_valid")
    return session


def _session(content: Mapping[str, Any], kind: Kind) -> Session:
    roles = content["roles"]
    if not isinstance(roles, list) or kind not in roles or not content["jti"]:
        raise KeyError("roles")
    contact = Contact.model_validate(content["contact"]) if kind == "member" else None
    if contact and contact.email is None:
        raise KeyError("email")
    return Session(
        session_id=secrets.token_urlsafe(16), kind=kind, subject=content["sub"], contact=contact
    )


def remember(parts: Parts, response: Response, session: Session) -> None:
    """Put the session into a cookie that no script and no other site gets."""
    life = LIFE[session.kind]
    content = session.model_dump(mode="json")
    response.set_cookie(
        _COOKIE[session.kind],
        seal(parts.settings.pages_secret, f"session {session.kind}", content, parts.now + life),
        max_age=int(life.total_seconds()),
        secure=parts.settings.public_address.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, kind: Kind) -> None:
    """End a session."""
    response.delete_cookie(_COOKIE[kind])


def session_of(parts: Parts, request: Request, kind: Kind) -> Session | None:
    """Return the reader's session, if there is a sound one."""
    cookie = request.cookies.get(_COOKIE[kind], "")
    secret = parts.settings.pages_secret
    try:
        content = unseal(cookie, secret, f"session {kind}", parts.now)
        return Session.model_validate(content)
    except (MessageRefused, ValidationError):
        return None


def form_token(parts: Parts, session: Session) -> str:
    """Return what a form of this session carries."""
    expires_at = parts.now + LIFE[session.kind]
    return seal(parts.settings.pages_secret, "form", session.session_id, expires_at)


async def sent_form(request: Request) -> FormData:
    """Read a form. One in parts names the encoding of its texts, and some encodings write half a
    surrogate pair: no database, mail or page could carry it.
    """
    is_plain = "multipart" not in request.headers.get("content-type", "")
    if is_plain and (await request.body()).count(b"&") > _MOST_FIELDS:
        raise Problem("too_large")  # before each of them is looked at
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    texts = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    return FormData([(name, text.encode(errors="replace").decode()) for name, text in texts])


async def form_of(parts: Parts, request: Request, session: Session) -> FormData:
    """Read a form that was sent by a page of ours in this session; raises `Problem` otherwise."""
    if request.headers.get("sec-fetch-site") not in _OWN_SITE:
        raise Problem("forbidden")
    form = await sent_form(request)
    token, secret = form.get(FORM_TOKEN), parts.settings.pages_secret
    try:
        whose = unseal(token if isinstance(token, str) else "", secret, "form", parts.now)
    except MessageRefused:
        raise Problem("forbidden") from None
    if whose != session.session_id:
        raise Problem("forbidden")
    return form
