"""Agents sign in to their pages and out of them."""

from fastapi import APIRouter, Request, Response

from gateway.context import Context
from gateway.pages.agent.access import AgentRoute, CurrentAgent
from gateway.pages.sign_in import redeem_login_token, show_login_button
from gateway.pages.sign_out import sign_out

router = APIRouter(route_class=AgentRoute)


@router.get("/sign-in")
async def show_sign_in(context: Context, request: Request, token: str = "") -> Response:
    """Show the button for a login token; nothing is used up."""
    return await show_login_button(context, request, "agent", token)


@router.post("/sign-in")
async def sign_in(context: Context, request: Request) -> Response:
    """Start a session with a login token, from our button or straight from the platform."""
    return await redeem_login_token(context, request, "agent")


@router.post("/sign-out")
async def leave(agent: CurrentAgent) -> Response:
    """End the session."""
    return await sign_out(agent.context, agent.request, agent.session)
