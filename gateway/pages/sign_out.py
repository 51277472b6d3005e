"""Signing out, and the line on every page that says who is signed in, until when."""

from collections.abc import Mapping
from datetime import UTC
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from adapters.postgres.sessions import SessionKind, end_session
from gateway.context import AppContext
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.i18n import catalog
from gateway.pages.csrf import csrf_token, read_protected_form
from gateway.pages.rendering import reading_language, render_page
from gateway.pages.session_cookies import clear_session_cookie
from gateway.pages.sessions import Session

HOME_PATHS: Final[Mapping[SessionKind, str]] = {"member": "/form", "agent": "/desk"}


async def sign_out(
    context: AppContext, request: Request, session: Session, language: str | None = None
) -> Response:
    """End the session and remove its cookie: its pages and their forms are dead.

    Raises `Problem` for a form that no page of this session sent.
    """
    await read_protected_form(context, request, session)
    await end_session(context.database, session.session_id)
    log_event(SecurityEvent.SIGNED_OUT, kind=session.kind, subject=session.subject)
    response = _signed_out_page(request, session.kind, reading_language(request, language))
    clear_session_cookie(context, response, session.kind)
    return response


def session_info(context: AppContext, session: Session, language: str) -> dict[str, str]:
    """Return what every page of a session shows: its reader, its end, and the sign-out form."""
    markets = [one.rules.market for one in context.profiles.values()]
    zone = next((one.zone for one in markets if one.language == language), UTC)
    return {
        "name": session.name,
        "until": f"{session.ends_at.astimezone(zone):%H:%M %Z}",
        "sign_out_path": f"{HOME_PATHS[session.kind]}/sign-out",
        "csrf_token": csrf_token(context, session),
    }


def _signed_out_page(request: Request, kind: SessionKind, language: str) -> Response:
    texts = catalog("pages", language)["session"]
    content = {
        "title": texts["signed_out_title"],
        "text": texts[f"signed_out_{kind}"],
        "severity": "good",
        "in_language": {},  # the page answers a POST: no link leads to it in another language
    }
    return render_page(request, "message.html", kind, language, content)
