"""Requests of members to the form: session, account and language."""

from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from domain.claims.claim import Contact
from domain.codes import RefusalCode
from gateway.context import AppContext, Context
from gateway.http.problems import Problem
from gateway.pages.errors import PageRoute
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.rendering import reading_language, render_page
from gateway.pages.sessions import Session, load_session
from gateway.pages.sign_out import HOME_PATHS, session_info

BASE_PATH: Final = HOME_PATHS["member"]


class MemberRoute(PageRoute):
    """The route of a page of the form."""

    area = "member"


class MemberRequest(NamedTuple):
    """A request of a signed-in member to a page of the form."""

    request: Request
    context: AppContext
    session: Session
    contact: Contact
    language: str

    @property
    def account_id(self) -> str:
        """The account that the platform vouched for (R2, R3)."""
        return self.session.subject

    @property
    def formatter(self) -> LocaleFormatter:
        """Formats dates, times and amounts for this member."""
        return LocaleFormatter(self.context, self.language)

    def render(self, template: str, status: int = 200, **content: object) -> Response:
        """Render a page of the form."""
        values = {
            "support_email": self.context.settings.support_email,
            "session_info": session_info(self.context, self.session, self.language),
            **content,
        }
        path = f"member/{template}"
        return render_page(self.request, path, "member", self.language, values, status)


async def _member_request(request: Request, context: Context) -> MemberRequest:
    session = await load_session(context, request, "member")
    if session is None or session.contact is None:
        # The message for a form that was sent says how to keep its entries.
        raise Problem(
            RefusalCode.FORBIDDEN if request.method == "POST" else RefusalCode.INVALID_LINK
        )
    await context.limits.hit("account", session.subject)
    language = reading_language(request, session.contact.language)
    return MemberRequest(request, context, session, session.contact, language)


CurrentMember = Annotated[MemberRequest, Depends(_member_request)]
"""Requires a member's session; without one, the page says where to sign in."""


def redirect(path: str) -> Response:
    """Redirect after a form was sent, so that a reload sends nothing again."""
    return RedirectResponse(path, 303)
