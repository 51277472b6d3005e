"""Requests of agents to their pages; without a session, a page says how to sign in."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from gateway.context import AppContext, Context
from gateway.i18n import catalog
from gateway.pages.csrf import read_protected_form
from gateway.pages.errors import NotSignedIn, PageRoute
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.rendering import reading_language, render_page
from gateway.pages.sessions import Session, load_session
from gateway.pages.sign_out import HOME_PATHS, session_info

BASE_PATH: Final = HOME_PATHS["agent"]


class AgentRoute(PageRoute):
    """The route of an agent page; without a session it leads to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the page's handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except NotSignedIn:
                return _sign_in_page(request)

        return handle


class AgentRequest(NamedTuple):
    """A request of a signed-in agent."""

    request: Request
    context: AppContext
    session: Session

    @property
    def agent(self) -> str:
        """The agent that the platform vouched for."""
        return self.session.subject

    @property
    def actor(self) -> str:
        """The agent as an actor of commands."""
        return f"agent:{self.agent}"

    @property
    def language(self) -> str:
        """The language of the page."""
        return reading_language(self.request)

    @property
    def texts(self) -> Mapping[str, Any]:
        """The texts of agent pages."""
        return catalog("agent", self.language)

    @property
    def formatter(self) -> LocaleFormatter:
        """Formats dates, times and amounts for this agent."""
        return LocaleFormatter(self.context, self.language)

    async def read_form(self) -> FormData:
        """Read a form of this session; raises `Problem` for any other."""
        return await read_protected_form(self.context, self.request, self.session)

    def render(self, template: str, content: Mapping[str, object], status: int = 200) -> Response:
        """Render an agent page."""
        info = session_info(self.context, self.session, self.language)
        values = {"csrf_token": info["csrf_token"], "session_info": info, **content}
        path = f"agent/{template}"
        return render_page(self.request, path, "agent", self.language, values, status)


async def _agent_request(request: Request, context: Context) -> AgentRequest:
    session = await load_session(context, request, "agent")
    if session is None:
        raise NotSignedIn
    return AgentRequest(request, context, session)


CurrentAgent = Annotated[AgentRequest, Depends(_agent_request)]
"""Requires an agent's session."""


def _sign_in_page(request: Request) -> Response:
    language = reading_language(request)
    texts = catalog("agent", language)["sign_in"]
    content = {"title": texts["title"], "text": texts["text"], "severity": "warn"}
    return render_page(request, "message.html", "agent", language, content, 401)
