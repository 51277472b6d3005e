"""Authentication and authorisation of API calls, before their bodies are read."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.codes import RefusalCode
from gateway.context import AppContext, Context
from gateway.http.caller import Caller, Role, caller_from_claims
from gateway.http.openapi import reject_unknown_parameters
from gateway.http.problems import Problem
from gateway.http.request_body import UNKNOWN_FIELDS_HEADER, unknown_field_names
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event, log_refusals

_BEARER: Final = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A JSON Web Token of the platform's issuer."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


class RoleRequirement:
    """Requires a token with one of these roles. The token is verified once for each request."""

    def __init__(self, *roles: Role) -> None:
        """Accept any of `roles`."""
        self._roles = set(roles)

    async def __call__(
        self, request: Request, context: Context, credentials: Credentials
    ) -> Caller:
        """Return the caller; raises `unauthorised` or `forbidden`."""
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            caller = request.state.caller = await _authenticate(context, credentials)
        if not caller.roles & self._roles:
            log_event(SecurityEvent.ROLE_REFUSED, subject=caller.subject, path=request.url.path)
            raise Problem(RefusalCode.FORBIDDEN)
        return caller


async def _authenticate(
    context: AppContext, credentials: HTTPAuthorizationCredentials | None
) -> Caller:
    if credentials is None:
        raise Problem(RefusalCode.UNAUTHORISED)
    with log_refusals(SecurityEvent.TOKEN_REFUSED):
        caller = caller_from_claims(await context.tokens.verify(credentials.credentials))
    await context.limits.hit("token", caller.subject)
    return caller


class ApiRoute(APIRoute):
    """An API route that checks the caller first, then the parameters, and then reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler behind these checks."""
        handle = super().get_route_handler()
        dependencies = [one.call for one in self.dependant.dependencies]
        requirements = [one for one in dependencies if isinstance(one, RoleRequirement)]
        body = self.body_field.field_info.annotation if self.body_field else None

        async def checked(request: Request) -> Response:
            for requirement in requirements:
                await requirement(request, request.app.state.context, await _BEARER(request))
            reject_unknown_parameters(request)
            response = await handle(request)
            if ignored := unknown_field_names(request, body):
                response.headers[UNKNOWN_FIELDS_HEADER] = ignored
            return response

        return checked


PlatformCaller = Annotated[Caller, Depends(RoleRequirement("platform"))]
FilingCaller = Annotated[Caller, Depends(RoleRequirement("platform", "filing"))]
FeedCaller = Annotated[Caller, Depends(RoleRequirement("platform", "feed"))]
AgentCaller = Annotated[Caller, Depends(RoleRequirement("agent"))]
AgentOrFilingCaller = Annotated[Caller, Depends(RoleRequirement("agent", "platform", "filing"))]
OperatorCaller = Annotated[Caller, Depends(RoleRequirement("operator"))]
OperatorOrPlatformCaller = Annotated[Caller, Depends(RoleRequirement("operator", "platform"))]
