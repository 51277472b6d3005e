"""Signing in: a login token from the platform, and one button.

Opening the link of a token changes nothing: mail scanners and link previews do that too. The button
on our own page uses the token up. The page says first who signs in; a session of another reader is
never replaced without asking.
"""

import secrets
from typing import Final, NamedTuple

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from adapters.postgres.sessions import LoginToken, SessionKind, is_token_consumed, start_session
from domain.errors import RequestRejected
from gateway.context import AppContext
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.i18n import catalog
from gateway.pages.csrf import csrf_session_id, csrf_token, is_same_site, read_form
from gateway.pages.login_tokens import verify_login_token
from gateway.pages.rendering import reading_language, render_page
from gateway.pages.session_cookies import read_session_cookie, session_id_of, set_session_cookie
from gateway.pages.sessions import Session, display_name, load_session
from gateway.pages.sign_out import HOME_PATHS

_REPLACES_FIELD: Final = "replaces_session"
"""The form field that names the session which the reader agreed to end."""


class SignIn(NamedTuple):
    """A request to sign in; `current` is this browser's active session of the same kind."""

    context: AppContext
    request: Request
    kind: SessionKind
    current: Session | None

    @property
    def area(self) -> str:
        """The catalog of the pages that are signed in to."""
        return self.kind

    @property
    def language(self) -> str:
        """The language of the pages: the current reader's, else the browser's."""
        contact = self.current.contact if self.current else None
        return reading_language(self.request, contact.language if contact else None)

    def session_to_replace(self, login: LoginToken) -> Session | None:
        """Return the current session if another reader than the token's holds it."""
        other = self.current is not None and self.current.subject != login.subject
        return self.current if other else None


async def show_login_button(
    context: AppContext, request: Request, kind: SessionKind, token: str
) -> Response:
    """Show the button for a login token in the URL: uses nothing up and starts no session."""
    sign_in = SignIn(context, request, kind, await load_session(context, request, kind))
    try:
        login = await verify_login_token(context, token, kind)
    except RequestRejected:
        return _sign_in_failed(sign_in, "not_valid")
    if await is_token_consumed(context.database, login):
        return _sign_in_failed(sign_in, "used")
    return _button_page(sign_in, login, token)


async def redeem_login_token(context: AppContext, request: Request, kind: SessionKind) -> Response:
    """Start a session with the login token of a form, and use the token up.

    A form of another site leads to our own button: such a form brings no cookies, so the session
    that it would replace is unknown.
    """
    form = await read_form(request)
    text = form.get("token")
    token = text if isinstance(text, str) else ""
    sign_in = SignIn(context, request, kind, await load_session(context, request, kind))
    try:
        login = await verify_login_token(context, token, kind)
    except RequestRejected:
        return _sign_in_failed(sign_in, "not_valid")
    replaced = sign_in.session_to_replace(login)
    agreed = csrf_session_id(context, form.get(_REPLACES_FIELD)) if replaced else None
    if not is_same_site(context, request) or (replaced and agreed != replaced.session_id):
        return _button_page(sign_in, login, token)
    return await _start_session(sign_in, login, replaced)


async def _start_session(sign_in: SignIn, login: LoginToken, replaced: Session | None) -> Response:
    context, kind = sign_in.context, sign_in.kind
    cookie = read_session_cookie(context, sign_in.request, kind)
    new_cookie = secrets.token_urlsafe(32)
    renewed = sign_in.current.session_id if sign_in.current and not replaced else None
    ended = replaced.session_id if replaced else None
    started = await start_session(
        context.database, login, session_id_of(new_cookie), renewed, ended
    )
    if started is None:
        return _sign_in_failed(sign_in, "used_or_ended")
    if replaced:
        log_event(SecurityEvent.SESSION_REPLACED, kind=kind, subject=replaced.subject)
    log_event(SecurityEvent.SIGNED_IN, kind=kind, subject=login.subject)
    response = RedirectResponse(HOME_PATHS[kind], 303)
    session_cookie = cookie if cookie and started == renewed else new_cookie
    set_session_cookie(context, response, kind, session_cookie)
    return response


def _button_page(sign_in: SignIn, login: LoginToken, token: str) -> Response:
    preferred = login.contact.language if login.contact else None
    language = reading_language(sign_in.request, preferred)
    other = sign_in.session_to_replace(login)
    content = {
        "action": f"{HOME_PATHS[sign_in.kind]}/sign-in",
        "name": display_name(login.subject, login.contact),
        "other": other.name if other else None,
        "token": token,
        _REPLACES_FIELD: csrf_token(sign_in.context, other) if other else "",
    }
    return render_page(sign_in.request, "sign_in.html", sign_in.area, language, content)


def _sign_in_failed(sign_in: SignIn, why: str) -> Response:
    """Say where to start; a reader who pressed the button twice is signed in already."""
    log_event(SecurityEvent.LOGIN_TOKEN_REFUSED, kind=sign_in.kind, why=why)
    language = sign_in.language
    if sign_in.kind == "agent":
        texts = catalog("agent", language)["sign_in"]
    else:
        texts = catalog("member", language)["problems"]["invalid_link"]
    content = {"title": texts["title"], "text": texts["text"], "severity": "warn"}
    if sign_in.current:
        label = catalog("pages", language)["session"]["go_on"]
        content["link"] = (HOME_PATHS[sign_in.kind], label)
    return render_page(sign_in.request, "message.html", "pages", language, content, 403)
