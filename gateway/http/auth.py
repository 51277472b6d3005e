"""Who calls, and what they may do: bearer tokens with roles, and the accounts they speak for.

A platform's token names its accounts (`"accounts": ["acc-1"]`) or speaks for all
(`"accounts": "*"`). Agents speak for none and see every ticket. The role `platform`
files and feeds; `filing` only files and asks for members, `feed` only sends links and rewards.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError

from domain.errors import RequestRejected
from domain.values.types import FrozenModel, Identifier
from gateway.context import AppContext, Context
from gateway.http.openapi import reject_unknown_parameters
from gateway.http.problems import Problem
from gateway.http.request_body import UNKNOWN_FIELDS_HEADER, unknown_field_names
from gateway.http.security_log import SecurityEvent, log_event, log_refusals

Role = Literal["platform", "filing", "feed", "agent", "operator"]
_BEARER: Final = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A JSON Web Token of the platform's issuer."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


class Caller(FrozenModel):
    """A token that was checked; `accounts` is `None` where it speaks for all."""

    subject: Identifier
    roles: frozenset[str] = frozenset()
    accounts: frozenset[Identifier] | None = frozenset()

    @property
    def may_access_all_accounts(self) -> bool:
        """Say whether the caller speaks for every account: only then its word counts for all."""
        return self.accounts is None

    def may_access_account(self, account_id: str) -> bool:
        """Say whether the caller speaks for this account."""
        return self.accounts is None or account_id in self.accounts

    def require_account(self, account_id: str) -> None:
        """Raise `forbidden` where the caller does not speak for this account.

        Looked at before anything is looked up: it says nothing about the account.
        """
        if not self.may_access_account(account_id):
            log_event(SecurityEvent.ACCOUNT_REFUSED, subject=self.subject)
            raise Problem("forbidden")

    @property
    def key(self) -> str:
        """Whose the ids of requests are: `agent:anna`, `platform:shop-backend`."""
        return f"{'agent' if 'agent' in self.roles else 'platform'}:{self.subject}"

    @property
    def actor(self) -> str:
        """Who acts, as histories name it: `agent:anna`, or `platform`."""
        return f"agent:{self.subject}" if "agent" in self.roles else "platform"


def caller_from_claims(content: Mapping[str, Any]) -> Caller:
    """Read what a checked token says; raises `RequestRejected("unauthorised")`."""
    accounts = content.get("accounts", [])
    if accounts is None:  # nobody speaks for all by saying nothing
        raise RequestRejected("unauthorised")
    told = {
        "subject": content.get("sub"),
        "roles": content.get("roles", []),
        "accounts": None if accounts == "*" else accounts,
    }
    try:
        return Caller.model_validate(told)
    except ValidationError:
        raise RequestRejected("unauthorised") from None


class RoleRequirement:
    """Asks for a token with one of these roles. It is looked at once in a call, before the body."""

    def __init__(self, *roles: Role) -> None:
        """Let these in."""
        self._roles = set(roles)

    async def __call__(
        self, request: Request, context: Context, credentials: Credentials
    ) -> Caller:
        """Return who calls; raises `unauthorised` or `forbidden`."""
        found: Caller | None = getattr(request.state, "caller", None)
        if found is None:
            found = request.state.caller = await _authenticate(context, credentials)
        if not found.roles & self._roles:
            log_event(SecurityEvent.ROLE_REFUSED, subject=found.subject, path=request.url.path)
            raise Problem("forbidden")
        return found


async def _authenticate(
    context: AppContext, credentials: HTTPAuthorizationCredentials | None
) -> Caller:
    if credentials is None:
        raise Problem("unauthorised")
    with log_refusals(SecurityEvent.TOKEN_REFUSED):
        found = caller_from_claims(await context.tokens.read(credentials.credentials))
    await context.limits.hit("token", found.subject)
    return found


class ApiRoute(APIRoute):
    """A call of the API: who calls is looked at first, then its address, and only then its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand before the call."""
        handle = super().get_route_handler()
        doors = [one.call for one in self.dependant.dependencies]
        body = self.body_field.field_info.annotation if self.body_field else None

        async def guarded(request: Request) -> Response:
            for door in doors:
                if isinstance(door, RoleRequirement):
                    await door(request, request.app.state.context, await _BEARER(request))
            reject_unknown_parameters(request)
            answer = await handle(request)
            if ignored := unknown_field_names(request, body):
                answer.headers[UNKNOWN_FIELDS_HEADER] = ignored
            return answer

        return guarded


PlatformCaller = Annotated[Caller, Depends(RoleRequirement("platform"))]
FilingCaller = Annotated[Caller, Depends(RoleRequirement("platform", "filing"))]
FeedCaller = Annotated[Caller, Depends(RoleRequirement("platform", "feed"))]
AgentCaller = Annotated[Caller, Depends(RoleRequirement("agent"))]
AgentOrFilingCaller = Annotated[Caller, Depends(RoleRequirement("agent", "platform", "filing"))]
OperatorCaller = Annotated[Caller, Depends(RoleRequirement("operator"))]
OperatorOrPlatformCaller = Annotated[Caller, Depends(RoleRequirement("operator", "platform"))]
