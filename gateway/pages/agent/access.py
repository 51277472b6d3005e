"""The desk's door: who sits there, and what everybody else is told."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from gateway.context import AppContext, Context
from gateway.i18n import catalog
from gateway.pages.errors import PageRoute
from gateway.pages.rendering import reading_language, render_page
from gateway.pages.sessions import Session, load_session
from gateway.pages.sign_out import session_info


class NotAtTheDesk(Exception):
    """A page of the desk was asked for without a session."""


class DeskRoute(PageRoute):
    """A page of the desk: who has no session is told how to come in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand around the call."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except NotAtTheDesk:
                return outside(request, 401)

        return told


async def _agent(context: Context, request: Request) -> Session:
    session = await load_session(context, request, "agent")
    if session is None:
        raise NotAtTheDesk
    return session


AtTheDesk = Annotated[Session, Depends(_agent)]
"""Asks for the agent's session in the signature of a call."""


def outside(request: Request, status: int) -> Response:
    """Say kindly how to come in."""
    language = reading_language(request)
    w = catalog("agent", language)["sign_in"]
    content = {"title": w["title"], "text": w["text"], "severity": "warn"}
    return render_page(request, "message.html", "agent", language, content, status)


def desk_page(
    context: AppContext,
    request: Request,
    session: Session,
    template: str,
    content: Mapping[str, Any],
    status: int = 200,
) -> Response:
    """Render a page of the desk for its agent."""
    language = reading_language(request)
    out = session_info(context, session, language)
    known = {
        "agent": session.subject,
        "csrf_token": out["csrf_token"],
        "session_info": out,
    }
    return render_page(request, template, "agent", language, {**known, **content}, status)
