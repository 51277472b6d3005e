"""Who reads the pages: sessions that the service knows, and the forms that belong to them.

A session is begun by a hand-over from the platform (`entering.py`). The cookie holds a random id
and nothing else, signed so that made-up ones cost no look into the database; what it stands for is
there, where it can be ended. Forms carry a token of their session, so that no other site can send
them (CSRF), and are dead with it.
"""

import hashlib
import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import FormData

from adapters.postgres.sessions import LONGEST, Kind, is_idle_session_of, live_session
from adapters.security.signed_links import seal, unseal
from domain.claims.claim import Contact
from domain.errors import RequestRejected
from domain.values.types import FrozenModel, Identifier
from gateway.context import AppContext
from gateway.http.problems import Problem
from gateway.http.security_log import SecurityEvent, log_event

FORM_TOKEN: Final = "csrf_token"  # noqa: S105  (the name of a field)
_COOKIE: Final[dict[Kind, str]] = {"member": "tickets_member", "agent": "tickets_agent"}
_OWN_SITE: Final = frozenset({"same-origin", "none"})
_MOST_FIELDS: Final = 200
_ENCODED: Final = re.compile(r"charset(?!=\"?utf-8\"?\s*(;|$))", re.I)
"""In a content type: another encoding than UTF-8."""


class Session(FrozenModel):
    """Somebody who reads pages: a member's account with whom to write to, or an agent.

    If nothing is done it ends at `ends_at`.
    """

    session_id: str
    kind: Kind
    subject: Identifier
    contact: Contact | None = None
    ends_at: datetime

    @property
    def name(self) -> str:
        """How its reader is called."""
        return name_of(self.subject, self.contact)


def name_of(subject: str, contact: Contact | None) -> str:
    """Return how a reader is called: a member by name or address, else by the subject."""
    return (contact and (contact.name or contact.email)) or subject


def id_of(cookie: str) -> str:
    """Return the id under which the session of a cookie is known."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def cookie_of(context: AppContext, request: Request, kind: Kind) -> str | None:
    """Return the random id in the browser's cookie of this kind, if we put it there."""
    cookie, secret = request.cookies.get(_name(context, kind), ""), context.settings.signing_secret
    try:
        return str(unseal(cookie, secret, f"session {kind}", context.now))
    except RequestRejected:
        return None


def remember(context: AppContext, response: Response, kind: Kind, cookie: str) -> None:
    """Put a session's random id into a cookie that no script and no other site gets.

    Over HTTPS its name makes browsers refuse one that another host of the domain would set.
    """
    response.set_cookie(
        _name(context, kind),
        seal(context.settings.signing_secret, f"session {kind}", cookie, context.now + LONGEST),
        max_age=int(LONGEST.total_seconds()),
        secure=_is_secure(context),
        httponly=True,
        samesite="lax",
    )


def forget(context: AppContext, response: Response, kind: Kind) -> None:
    """Take the cookie from the browser."""
    name, secure = _name(context, kind), _is_secure(context)
    response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")


def _name(context: AppContext, kind: Kind) -> str:
    return f"__Host-{_COOKIE[kind]}" if _is_secure(context) else _COOKIE[kind]


def _is_secure(context: AppContext) -> bool:
    return context.settings.public_url.startswith("https://")


async def session_of(context: AppContext, request: Request, kind: Kind) -> Session | None:
    """Return the reader's session, if it goes on."""
    cookie = cookie_of(context, request, kind)
    found = await live_session(context.postgres, id_of(cookie), kind) if cookie else None
    return Session.model_validate(found) if found else None


def form_token(context: AppContext, session: Session) -> str:
    """Return what a form of this session carries."""
    expires_at = context.now + LONGEST
    return seal(context.settings.signing_secret, "form", session.session_id, expires_at)


async def sent_form(request: Request) -> FormData:
    """Read a form; raises `Problem`. One in parts may name the encoding of its texts: of those that
    Python knows, some take seconds to read, some fail, some write half a character.
    """
    kind = request.headers.get("content-type", "")
    if _ENCODED.search(kind):
        raise Problem("malformed")
    in_parts = kind.lower().startswith("multipart/form-data")
    if not in_parts and (await request.body()).count(b"&") > _MOST_FIELDS:
        raise Problem("payload_too_large")  # before each of them is looked at
    return await request.form(max_files=0, max_fields=_MOST_FIELDS)


def is_own(context: AppContext, request: Request) -> bool:
    """Say whether a form came from a page of ours; programs that are no browsers say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN_SITE
    own = urlsplit(context.settings.public_url)
    return request.headers.get("origin") in (None, f"{own.scheme}://{own.netloc}")


async def form_of(context: AppContext, request: Request, session: Session) -> FormData:
    """Read a form that was sent by a page of ours in this session; raises `Problem` otherwise.

    A page of an earlier session of the same reader counts, if nobody ended that: who was away for
    too long and came in anew in another tab loses no entries.
    """
    if not is_own(context, request):
        raise _refused(session, "another_site")
    form = await sent_form(request)
    whose = page_session(context, form.get(FORM_TOKEN))
    if whose is None:
        raise _refused(session, "no_token")
    earlier = (whose, session.kind, session.subject)
    if whose != session.session_id and not await is_idle_session_of(context.postgres, *earlier):
        raise _refused(session, "another_session")
    return form


def page_session(context: AppContext, token: object) -> str | None:
    """Return the id of the session whose page holds this form's token."""
    secret = context.settings.signing_secret
    try:
        whose = unseal(token if isinstance(token, str) else "", secret, "form", context.now)
    except RequestRejected:
        return None
    return whose if isinstance(whose, str) else None


def _refused(session: Session, why: str) -> Problem:
    log_event(SecurityEvent.CSRF_TOKEN_REFUSED, kind=session.kind, subject=session.subject, why=why)
    return Problem("forbidden")
