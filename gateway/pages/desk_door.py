"""The desk's door: who sits there, and what everybody else is told."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from gateway.pages.notices import PageRoute
from gateway.pages.rendering import page, reading_language
from gateway.pages.sessions import FORM_TOKEN, Session, form_token, session_of
from gateway.parts import Have, Parts
from gateway.words import words


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


def _agent(have: Have, request: Request) -> Session:
    session = session_of(have, request, "agent")
    if session is None:
        raise NotAtTheDesk
    return session


AtTheDesk = Annotated[Session, Depends(_agent)]
"""Asks for the agent's session in the signature of a call."""


def outside(request: Request, status: int, prefix: str = "", mood: str = "warn") -> Response:
    """Say kindly how to come in, or that one has left (`prefix` of the words)."""
    language = reading_language(request)
    w = words("desk", language)["outside"]
    content = {"title": w[f"{prefix}title"], "text": w[f"{prefix}text"], "mood": mood}
    return page(request, "message.html", "desk", language, content, status)


def desk_page(
    have: Parts,
    request: Request,
    session: Session,
    template: str,
    content: Mapping[str, Any],
    status: int = 200,
) -> Response:
    """Render a page of the desk for its agent."""
    known = {
        "agent": session.subject,
        "form_token_name": FORM_TOKEN,
        "form_token": form_token(have, session),
    }
    return page(request, template, "desk", reading_language(request), {**known, **content}, status)
