"""Sessions that somebody else ends: an operator, or the platform when a role or a login is lost."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from adapters.postgres.sessions import Kind, end_sessions
from domain.values.types import Identifier
from gateway.context import Context
from gateway.http.auth import ApiRoute, Caller, OperatorOrPlatformCaller
from gateway.http.problems import Problem, responses
from gateway.http.security_log import SecurityEvent, log_event

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=ApiRoute)
_PROBLEMS = responses("malformed", "unauthorised", "forbidden", "unavailable")


class SessionSubject(BaseModel):
    """Whose sessions end: a member's account, or an agent as hand-overs name it in `sub`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "agent", "subject": "anna"}]}
    )

    kind: Kind
    subject: Identifier


class EndedSessions(BaseModel):
    """How many sessions there were; none is an answer, too."""

    ended: int = Field(examples=[1])


@router.post("/sessions/end", responses=_PROBLEMS)
async def end(
    context: Context, caller: OperatorOrPlatformCaller, whose: Annotated[SessionSubject, Body()]
) -> EndedSessions:
    """End all sessions of a member or an agent, and make worthless the hand-overs of before.

    For operators, and for a platform: of its accounts' members, and of agents where it speaks for
    all accounts.
    """
    if "operator" not in caller.roles and not _may_end(caller, whose):
        raise Problem("forbidden")
    by = "operator" if "operator" in caller.roles else "platform"
    count = await end_sessions(context.postgres, whose.kind, whose.subject, by)
    log_event(
        SecurityEvent.SESSIONS_ENDED,
        kind=whose.kind,
        subject=whose.subject,
        by=f"{by}:{caller.subject}",
        count=count,
    )
    return EndedSessions(ended=count)


def _may_end(caller: Caller, whose: SessionSubject) -> bool:
    if whose.kind == "agent":
        return caller.may_access_all_accounts
    return caller.may_access_account(whose.subject)
