"""The mail catcher's pages, which never trust the content of an e-mail.

Text is escaped by the templates; HTML is shown in a sandboxed frame from a separate URL, which has
the same sandbox in its policy if it is opened directly.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.mail_catcher.smtp import SmtpBehavior, SmtpMode
from local.mail_catcher.store import MailStore, StoredEmail
from local.validation_errors import validation_error_response

PAGES = Jinja2Templates(
    directory=[Path(__file__).with_name("templates"), Path(__file__).parents[1] / "templates"]
)
PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"
# Without scripts; a link that is followed opens in a new tab.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
EMAIL_CSP = f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
OPEN_LINKS_IN_NEW_TAB = '<base target="_blank">'
HOSTS = ["127.0.0.1", "localhost"]


class BehaviorRequest(BaseModel):
    """The body of `PUT /behaviour`."""

    model_config = ConfigDict(extra="forbid")

    smtp: SmtpMode


class MailPages:
    """The handlers of the pages and of the calls for programs."""

    def __init__(self, store: MailStore, behaviour: SmtpBehavior) -> None:
        """Show the e-mails of `store`, and set the mode of `behaviour`."""
        self._store = store
        self._behaviour = behaviour

    def application(self) -> Starlette:
        """The web application; other host names than loopback's are refused."""
        routes = [
            Route("/", self.list_emails),
            Route("/emails.json", self.emails_json),
            Route("/emails/{email_id}", self.show_email),
            Route("/emails/{email_id}/html", self.email_html),
            Route("/behaviour", self.set_behaviour, methods=["PUT"]),
        ]
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
        return Starlette(routes=routes, middleware=[guard])

    async def list_emails(self, request: Request) -> Response:
        """Newest first, by recipient and ticket number."""
        to, number = _filters(request)
        context = {"emails": self._store.find(to, number), "to": to, "number": number}
        return _page(request, "list.html", context)

    async def emails_json(self, request: Request) -> Response:
        """The same list for programs: `[{id, taken_at, to, subject, text, numbers, …}]`."""
        return JSONResponse([_as_json(email) for email in self._store.find(*_filters(request))])

    async def show_email(self, request: Request) -> Response:
        """Headers, text, and a frame for the HTML."""
        return _page(request, "email.html", {"email": self._email(request), "sandbox": SANDBOX})

    async def email_html(self, request: Request) -> Response:
        """The e-mail's HTML in a sandbox; its links open in a new tab."""
        headers = {"Content-Security-Policy": EMAIL_CSP, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(
            _encodable(self._email(request).html) + OPEN_LINKS_IN_NEW_TAB, headers=headers
        )

    async def set_behaviour(self, request: Request) -> Response:
        """`{"smtp": "ok|refuse_temporarily|refuse_for_good|close"}`."""
        try:
            behavior_request = BehaviorRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return validation_error_response(error)
        self._behaviour.smtp = behavior_request.smtp
        return JSONResponse({"smtp": behavior_request.smtp})

    def _email(self, request: Request) -> StoredEmail:
        email = self._store.get(request.path_params["email_id"])
        if email is None:
            raise HTTPException(404)
        return email


def _filters(request: Request) -> tuple[str, str]:
    return request.query_params.get("to", ""), request.query_params.get("number", "")


def _page(request: Request, name: str, context: dict[str, Any]) -> Response:
    html = PAGES.get_template(name).render(context)
    return HTMLResponse(_encodable(html), headers={"Content-Security-Policy": PAGE_CSP})


def _encodable(text: str) -> str:
    """The text without lone surrogates, which a broken e-mail may contain."""
    return text.encode(errors="replace").decode()


def _as_json(email: StoredEmail) -> dict[str, Any]:
    plain = asdict(email) | {"taken_at": email.taken_at.isoformat()}
    return {
        key: _encodable(value) if isinstance(value, str) else value for key, value in plain.items()
    }
