"""The way into the pages and out again: the platform's hand-over, one button, and signing out.

The platform signs a token for the audience `<audience>/pages` that lives five minutes at most, has
an id (`jti`) and opens the pages once: `roles: ["member"]` with the account in `sub` and a
`contact`, or `roles: ["agent"]` with the agent in `sub`. Opening its link changes nothing: mail
scanners and previews do that, too. The button of our own page uses it up, and says first who would
be read as; a session of somebody else is never replaced unasked.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from adapters.postgres.sessions import Handover, Kind, end_session, is_used, session_begun
from domain.claims.claim import Contact
from domain.claims.parsing import content_digest, parse_claim
from domain.errors import RequestRejected
from gateway.context import AppContext
from gateway.http.security_log import SecurityEvent, log_event
from gateway.i18n import catalog
from gateway.pages.rendering import page, reading_language
from gateway.pages.sessions import (
    Session,
    cookie_of,
    forget,
    form_of,
    form_token,
    id_of,
    is_own,
    name_of,
    page_session,
    remember,
    sent_form,
    session_of,
)

LONGEST_HANDOVER: Final = timedelta(minutes=5)
HOME: Final[Mapping[Kind, str]] = {"member": "/form", "agent": "/desk"}
_AREA: Final[Mapping[Kind, str]] = {"member": "member", "agent": "agent"}
_INSTEAD: Final = "replaces_session"
"""The field in which our page says that it asked about this session."""


class Comer(NamedTuple):
    """Who comes: the parts, the request, the kind, the session that is alive in this browser."""

    context: AppContext
    request: Request
    kind: Kind
    alive: Session | None

    @property
    def language(self) -> str:
        """The language of the pages: of whoever reads already, else the browser's."""
        known = self.alive.contact.language if self.alive and self.alive.contact else None
        return reading_language(self.request, known)


async def welcome(context: AppContext, request: Request, kind: Kind, token: str) -> Response:
    """Show the button for a hand-over that came in an address: nothing is used up or begun."""
    comer = Comer(context, request, kind, await session_of(context, request, kind))
    try:
        handover = await _read(context, token, kind)
    except RequestRejected:
        return _not_let_in(comer, "not_valid")
    if await is_used(context.postgres, handover):
        return _not_let_in(comer, "used")
    return _button(comer, handover, token)


async def let_in(context: AppContext, request: Request, kind: Kind) -> Response:
    """Begin a session by the hand-over in a form, which is used up by it.

    From another site's page, it leads to our own button: such a form brings no cookies with it, so
    nobody knows whose session it would replace.
    """
    form = await sent_form(request)
    token = form.get("token")
    token = token if isinstance(token, str) else ""
    comer = Comer(context, request, kind, await session_of(context, request, kind))
    try:
        handover = await _read(context, token, kind)
    except RequestRejected:
        return _not_let_in(comer, "not_valid")
    replaced = comer.alive if comer.alive and comer.alive.subject != handover.subject else None
    asked = replaced is None or page_session(context, form.get(_INSTEAD)) == replaced.session_id
    if not is_own(context, request) or not asked:
        return _button(comer, handover, token)
    return await _begin(comer, handover, replaced)


async def _begin(comer: Comer, handover: Handover, replaced: Session | None) -> Response:
    context, kind = comer.context, comer.kind
    known, fresh = cookie_of(context, comer.request, kind), secrets.token_urlsafe(32)
    goes_on = comer.alive.session_id if comer.alive and not replaced else None
    left = replaced.session_id if replaced else None
    begun = await session_begun(context.postgres, handover, id_of(fresh), goes_on, left)
    if begun is None:
        return _not_let_in(comer, "used_or_ended")
    if replaced:
        log_event(SecurityEvent.SESSION_REPLACED, kind=kind, subject=replaced.subject)
    log_event(SecurityEvent.SIGNED_IN, kind=kind, subject=handover.subject)
    response = RedirectResponse(HOME[kind], 303)
    remember(context, response, kind, known if known and begun == goes_on else fresh)
    return response


async def sign_out(context: AppContext, request: Request, session: Session) -> None:
    """End the session; its pages and their forms are dead. Raises `Problem` for a foreign form."""
    await form_of(context, request, session)
    await end_session(context.postgres, session.session_id)
    log_event(SecurityEvent.SIGNED_OUT, kind=session.kind, subject=session.subject)


def left(
    context: AppContext, request: Request, kind: Kind, language: str | None = None
) -> Response:
    """Say that one has signed out, and take the cookie away."""
    language = reading_language(request, language)
    said = catalog("pages", language)["session"]
    text = said[f"signed_out_{kind}"]
    content = {"title": said["signed_out_title"], "text": text, "mood": "good"}
    content["in_language"] = {}  # the page answers a form: it has no address to be read again at
    response = page(request, "message.html", _AREA[kind], language, content)
    forget(context, response, kind)
    return response


def signed_in(context: AppContext, session: Session, language: str) -> dict[str, Any]:
    """Return what every page of a session shows: who reads, until when, and the way out."""
    zones = [one.rules.market for one in context.profiles.values()]
    zone = next((one.zone for one in zones if one.language == language), UTC)
    return {
        "name": session.name,
        "until": f"{session.ends_at.astimezone(zone):%H:%M %Z}",
        "leave": f"{HOME[session.kind]}/sign-out",
        "token": form_token(context, session),
    }


async def _read(context: AppContext, token: str, kind: Kind) -> Handover:
    """Read a hand-over, used or not; raises `RequestRejected("invalid_link")`."""
    try:
        content = await context.tokens.read(token, "pages")
        handover = _handover(content, kind)
    except (RequestRejected, ValidationError, KeyError, TypeError, ValueError, OverflowError):
        raise RequestRejected("invalid_link") from None
    if handover.expires_at - handover.issued_at > LONGEST_HANDOVER:
        raise RequestRejected("invalid_link")
    return handover


def _contact(told: object) -> Contact:
    """Read whom to write to as a claim's is read: a bad address is named where a claim is filed."""
    claim = parse_claim({"contact": told}).value
    if claim is None or claim.contact is None:
        raise KeyError("contact")
    return claim.contact


def _handover(content: Mapping[str, Any], kind: Kind) -> Handover:
    roles = content["roles"]
    if not isinstance(roles, list) or kind not in roles or not content["jti"]:
        raise KeyError("roles")
    return Handover(
        # Whatever an issuer writes there becomes text that any database takes, and no two one.
        token_id=content_digest(content["jti"]),
        kind=kind,
        subject=content["sub"],
        contact=_contact(content["contact"]) if kind == "member" else None,
        issued_at=datetime.fromtimestamp(content["iat"], UTC),
        expires_at=datetime.fromtimestamp(content["exp"], UTC),
    )


def _button(comer: Comer, handover: Handover, token: str) -> Response:
    wanted = handover.contact.language if handover.contact else None
    language = reading_language(comer.request, wanted)
    other = comer.alive if comer.alive and comer.alive.subject != handover.subject else None
    content = {
        "action": f"{HOME[comer.kind]}/sign-in",
        "name": name_of(handover.subject, handover.contact),
        "other": other.name if other else None,
        "token": token,
        _INSTEAD: form_token(comer.context, other) if other else "",
    }
    return page(comer.request, "sign_in.html", _AREA[comer.kind], language, content)


def _not_let_in(comer: Comer, why: str) -> Response:
    """Say where to begin; somebody who pressed twice is in already."""
    log_event(SecurityEvent.LOGIN_TOKEN_REFUSED, kind=comer.kind, why=why)
    language = comer.language
    form, desk = catalog("member", language), catalog("agent", language)
    said = desk["sign_in"] if comer.kind == "agent" else form["problems"]["invalid_link"]
    content = {"title": said["title"], "text": said["text"], "mood": "warn"}
    if comer.alive:
        content["way"] = (HOME[comer.kind], catalog("pages", language)["session"]["go_on"])
    return page(comer.request, "message.html", "pages", language, content, 403)
