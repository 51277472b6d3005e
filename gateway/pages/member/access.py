"""Members on the form: who reads, and in which language."""

from typing import Annotated, Any, Final, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from domain.claims.claim import Contact
from gateway.context import AppContext, Context
from gateway.http.problems import Problem
from gateway.pages.errors import PageRoute
from gateway.pages.rendering import Writes, page, reading_language
from gateway.pages.sessions import Session, session_of
from gateway.pages.sign_in import signed_in

HOME: Final = "/form"


class FormRoute(PageRoute):
    """A page of the form."""

    area = "member"


class Reader(NamedTuple):
    """Who reads a page of the form: the request, the parts, the session, the language."""

    request: Request
    context: AppContext
    session: Session
    contact: Contact
    language: str

    @property
    def account(self) -> str:
        """The account that the platform vouched for (R2, R3)."""
        return self.session.subject

    @property
    def writes(self) -> Writes:
        """The way to write days, moments and money."""
        return Writes(self.context, self.language)

    def see(self, template: str, status: int = 200, **content: Any) -> Response:
        """Render a page of the form."""
        values = {
            "support_email": self.context.settings.support_email,
            "signed_in": signed_in(self.context, self.session, self.language),
            **content,
        }
        return page(self.request, f"member/{template}", "member", self.language, values, status)


async def _reader(request: Request, context: Context) -> Reader:
    session = await session_of(context, request, "member")
    if session is None or session.contact is None:
        # Who sends a form is told how to keep what was typed.
        raise Problem("forbidden" if request.method == "POST" else "invalid_link")
    await context.limits.hit("account", session.subject)
    language = reading_language(request, session.contact.language)
    return Reader(request, context, session, session.contact, language)


Member = Annotated[Reader, Depends(_reader)]
"""Asks for a member's session; without one, the page says where to begin."""


def lead_to(address: str) -> Response:
    """Lead a browser on; after a form was sent, loading again sends nothing again."""
    return RedirectResponse(address, 303)
