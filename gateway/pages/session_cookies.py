"""The session cookie: a signed random id, which no script and no other site can read."""

import hashlib
from typing import Final

from fastapi import Request, Response

from adapters.postgres.sessions import MAX_DURATION, SessionKind
from adapters.security.signed_links import sign_payload, verify_payload
from domain.errors import RequestRejected
from gateway.context import AppContext

_COOKIES: Final[dict[SessionKind, str]] = {"member": "tickets_member", "agent": "tickets_agent"}


def session_id_of(cookie: str) -> str:
    """Return the id under which the database knows the session of a cookie: its SHA-256."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def read_session_cookie(context: AppContext, request: Request, kind: SessionKind) -> str | None:
    """Return the random id in the browser's cookie of this kind, if we signed it."""
    cookie = request.cookies.get(_cookie_name(context, kind), "")
    try:
        return str(
            verify_payload(cookie, context.settings.signing_secret, f"session {kind}", context.now)
        )
    except RequestRejected:
        return None


def set_session_cookie(
    context: AppContext, response: Response, kind: SessionKind, cookie: str
) -> None:
    """Put a session's random id into a cookie for eight hours.

    Over HTTPS the prefix `__Host-` makes browsers refuse a cookie that another host of the domain
    would set.
    """
    secret, expires_at = context.settings.signing_secret, context.now + MAX_DURATION
    response.set_cookie(
        _cookie_name(context, kind),
        sign_payload(secret, f"session {kind}", cookie, expires_at),
        max_age=int(MAX_DURATION.total_seconds()),
        secure=_is_secure(context),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(context: AppContext, response: Response, kind: SessionKind) -> None:
    """Remove the cookie from the browser."""
    name, secure = _cookie_name(context, kind), _is_secure(context)
    response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")


def _cookie_name(context: AppContext, kind: SessionKind) -> str:
    return f"__Host-{_COOKIES[kind]}" if _is_secure(context) else _COOKIES[kind]


def _is_secure(context: AppContext) -> bool:
    return context.settings.public_url.startswith("https://")
