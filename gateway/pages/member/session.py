"""Members sign in to the form and out of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.context import Context
from gateway.pages.member.access import CurrentMember, MemberRoute
from gateway.pages.sign_in import redeem_login_token, show_login_button
from gateway.pages.sign_out import sign_out

router = APIRouter(route_class=MemberRoute)


@router.get("/sign-in")
async def show_sign_in(request: Request, context: Context, token: str = "") -> Response:
    """Show the button for a login token; nothing is used up."""
    return await show_login_button(context, request, "member", token)


@router.post("/sign-in")
async def sign_in(request: Request, context: Context) -> Response:
    """Start a session with a login token, from our button or straight from the platform."""
    return await redeem_login_token(context, request, "member")


@router.post("/sign-out")
async def leave(member: CurrentMember) -> Response:
    """End the session."""
    return await sign_out(member.context, member.request, member.session, member.language)
