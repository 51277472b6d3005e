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

from domain.errors import MessageRefused
from domain.values.types import Frozen, Identifier
from gateway.context import Have, Parts
from gateway.http.openapi import refuse_unknown_parameters
from gateway.http.problems import Problem
from gateway.http.request_body import IGNORED, ignored_fields
from gateway.http.security_log import SecurityEvent, tell, telling_refusals

Role = Literal["platform", "filing", "feed", "agent", "operator"]
_BEARER: Final = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A JSON Web Token of the platform's issuer."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


class Caller(Frozen):
    """A token that was checked; `accounts` is `None` where it speaks for all."""

    subject: Identifier
    roles: frozenset[str] = frozenset()
    accounts: frozenset[Identifier] | None = frozenset()

    @property
    def speaks_for_all(self) -> bool:
        """Say whether the caller speaks for every account: only then its word counts for all."""
        return self.accounts is None

    def may_speak_for(self, account_id: str) -> bool:
        """Say whether the caller speaks for this account."""
        return self.accounts is None or account_id in self.accounts

    def must_speak_for(self, account_id: str) -> None:
        """Raise `forbidden` where the caller does not speak for this account.

        Looked at before anything is looked up: it says nothing about the account.
        """
        if not self.may_speak_for(account_id):
            tell(SecurityEvent.ACCOUNT_REFUSED, subject=self.subject)
            raise Problem("forbidden")

    @property
    def key(self) -> str:
        """Whose the ids of requests are: `agent:anna`, `platform:shop-backend`."""
        return f"{'agent' if 'agent' in self.roles else 'platform'}:{self.subject}"

    @property
    def actor(self) -> str:
        """Who acts, as histories name it: `agent:anna`, or `platform`."""
        return f"agent:{self.subject}" if "agent" in self.roles else "platform"


def read_caller(content: Mapping[str, Any]) -> Caller:
    """Read what a checked token says; raises `MessageRefused("unauthorised")`."""
    accounts = content.get("accounts", [])
    if accounts is None:  # nobody speaks for all by saying nothing
        raise MessageRefused("unauthorised")
    told = {
        "subject": content.get("sub"),
        "roles": content.get("roles", []),
        "accounts": None if accounts == "*" else accounts,
    }
    try:
        return Caller.model_validate(told)
    except ValidationError:
        raise MessageRefused("unauthorised") from None


class AskingFor:
    """Asks for a token with one of these roles. It is looked at once in a call, before the body."""

    def __init__(self, *roles: Role) -> None:
        """Let these in."""
        self._roles = set(roles)

    async def __call__(self, request: Request, have: Have, credentials: Credentials) -> Caller:
        """Return who calls; raises `unauthorised` or `forbidden`."""
        found: Caller | None = getattr(request.state, "caller", None)
        if found is None:
            found = request.state.caller = await _calling(have, credentials)
        if not found.roles & self._roles:
            tell(SecurityEvent.ROLE_REFUSED, subject=found.subject, path=request.url.path)
            raise Problem("forbidden")
        return found


async def _calling(have: Parts, credentials: HTTPAuthorizationCredentials | None) -> Caller:
    if credentials is None:
        raise Problem("unauthorised")
    with telling_refusals(SecurityEvent.TOKEN_REFUSED):
        found = read_caller(await have.tokens.read(credentials.credentials))
    await have.limits.hit("token", found.subject)
    return found


class CallRoute(APIRoute):
    """A call of the API: who calls is looked at first, then its address, and only then its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand before the call."""
        handle = super().get_route_handler()
        doors = [one.call for one in self.dependant.dependencies]
        body = self.body_field.field_info.annotation if self.body_field else None

        async def guarded(request: Request) -> Response:
            for door in doors:
                if isinstance(door, AskingFor):
                    await door(request, request.app.state.parts, await _BEARER(request))
            refuse_unknown_parameters(request)
            answer = await handle(request)
            if ignored := ignored_fields(request, body):
                answer.headers[IGNORED] = ignored
            return answer

        return guarded


Platform = Annotated[Caller, Depends(AskingFor("platform"))]
Filing = Annotated[Caller, Depends(AskingFor("platform", "filing"))]
Feed = Annotated[Caller, Depends(AskingFor("platform", "feed"))]
Agent = Annotated[Caller, Depends(AskingFor("agent"))]
AgentOrFiling = Annotated[Caller, Depends(AskingFor("agent", "platform", "filing"))]
Operator = Annotated[Caller, Depends(AskingFor("operator"))]
OperatorOrPlatform = Annotated[Caller, Depends(AskingFor("operator", "platform"))]
