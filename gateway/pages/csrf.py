"""Forms of a session: a signed token and `Sec-Fetch-Site` protect them against CSRF.

A form is dead with its session.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

from adapters.postgres.sessions import MAX_DURATION, has_open_session
from adapters.security.signed_links import sign_payload, verify_payload
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from gateway.context import AppContext
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.pages.sessions import Session

CSRF_FIELD: Final = "csrf_token"
_SAME_SITE: Final = frozenset({"same-origin", "none"})
_MAX_FIELDS: Final = 200
_FOREIGN_CHARSET: Final = re.compile(r"charset(?!=\"?utf-8\"?\s*(;|$))", re.I)
"""In a content type: another encoding than UTF-8."""


def csrf_token(context: AppContext, session: Session) -> str:
    """Return the token that every form of this session carries."""
    expires_at = context.now + MAX_DURATION
    return sign_payload(context.settings.signing_secret, "form", session.session_id, expires_at)


def csrf_session_id(context: AppContext, token: object) -> str | None:
    """Return the id of the session for which a form's token was made; `None` for an invalid one."""
    text = token if isinstance(token, str) else ""
    try:
        session_id = verify_payload(text, context.settings.signing_secret, "form", context.now)
    except RequestRejected:
        return None
    return session_id if isinstance(session_id, str) else None


async def read_form(request: Request) -> FormData:
    """Read a form of at most 200 fields in UTF-8; raises `Problem`.

    A multipart form may name the encoding of its texts: some that Python knows take seconds to
    decode, some fail, some produce half a character.
    """
    content_type = request.headers.get("content-type", "")
    if _FOREIGN_CHARSET.search(content_type):
        raise Problem(RefusalCode.MALFORMED)
    is_multipart = content_type.lower().startswith("multipart/form-data")
    if not is_multipart and (await request.body()).count(b"&") > _MAX_FIELDS:
        raise Problem(RefusalCode.PAYLOAD_TOO_LARGE)  # before each field is parsed
    return await request.form(max_files=0, max_fields=_MAX_FIELDS)


def is_same_site(context: AppContext, request: Request) -> bool:
    """Say whether a page of ours sent this form; without a browser, both headers are missing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _SAME_SITE
    own = urlsplit(context.settings.public_url)
    return request.headers.get("origin") in (None, f"{own.scheme}://{own.netloc}")


async def read_protected_form(context: AppContext, request: Request, session: Session) -> FormData:
    """Read a form that a page of ours sent in this session; raises `Problem` otherwise.

    A page of the same reader's earlier session counts unless somebody ended that session: a reader
    who was away for too long and signed in again in another tab loses no entries.
    """
    if not is_same_site(context, request):
        raise _forbidden(session, "another_site")
    form = await read_form(request)
    form_session = csrf_session_id(context, form.get(CSRF_FIELD))
    if form_session is None:
        raise _forbidden(session, "no_token")
    if form_session != session.session_id and not await has_open_session(
        context.database, form_session, session.kind, session.subject
    ):
        raise _forbidden(session, "another_session")
    return form


def _forbidden(session: Session, why: str) -> Problem:
    log_event(SecurityEvent.CSRF_TOKEN_REFUSED, kind=session.kind, subject=session.subject, why=why)
    return Problem(RefusalCode.FORBIDDEN)
