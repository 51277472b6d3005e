"""Ending other people's sessions: by an operator, or by the platform when somebody logs out there
or loses a role.
"""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from adapters.postgres.sessions import SessionKind, end_sessions
from domain.codes import RefusalCode
from domain.values.types import Identifier
from gateway.context import Context
from gateway.http.auth import ApiRoute, OperatorOrPlatformCaller
from gateway.http.caller import Caller
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=ApiRoute)
_PROBLEMS = responses(
    RefusalCode.MALFORMED, RefusalCode.UNAUTHORISED, RefusalCode.FORBIDDEN, RefusalCode.UNAVAILABLE
)


class SessionSubject(BaseModel):
    """Whose sessions end: a member's account, or an agent as in `sub` of the login tokens."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "agent", "subject": "anna"}]}
    )

    kind: SessionKind
    subject: Identifier


class EndedSessions(BaseModel):
    """How many sessions were ended."""

    ended: int = Field(examples=[1])


@router.post(
    "/sessions/end",
    operation_id="sessions_end",
    summary="End the sessions of a member or an agent",
    responses=_PROBLEMS,
)
async def end(
    context: Context, caller: OperatorOrPlatformCaller, subject: Annotated[SessionSubject, Body()]
) -> EndedSessions:
    """End all sessions of a member or an agent, and invalidate login tokens issued before.

    A platform may end the sessions of its accounts' members, and of agents if it may access all
    accounts.
    """
    if "operator" not in caller.roles and not _may_end(caller, subject):
        raise Problem(RefusalCode.FORBIDDEN)
    by = "operator" if "operator" in caller.roles else "platform"
    count = await end_sessions(context.database, subject.kind, subject.subject, by)
    log_event(
        SecurityEvent.SESSIONS_ENDED,
        kind=subject.kind,
        subject=subject.subject,
        by=f"{by}:{caller.subject}",
        count=count,
    )
    return EndedSessions(ended=count)


def _may_end(caller: Caller, subject: SessionSubject) -> bool:
    if subject.kind == "agent":
        return caller.may_access_all_accounts
    return caller.may_access_account(subject.subject)
