"""Commands to a ticket: decide, withdraw, ask or answer questions, send the claim again."""

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Header

from domain.codes import RefusalCode
from domain.tickets.changes.request_result import RequestResult
from gateway.api.schemas.commands import (
    CommandRequest,
    DecisionRequest,
    RequestId,
    ResendRequest,
    TicketInformationRequest,
    WithdrawalRequest,
)
from gateway.api.schemas.ticket_examples import COMMAND_RESULT
from gateway.api.tickets import PROBLEMS, NumberPath
from gateway.context import Context
from gateway.http.auth import AgentCaller, AgentOrFilingCaller, ApiRoute
from gateway.http.caller import Caller
from gateway.http.problems import Problem, responses
from gateway.http.request_body import strict_json_body
from gateway.json_types import JsonObject
from gateway.ticket_commands import (
    acting_party,
    parse_number_or_404,
    require_ticket_access,
    submit_command,
)

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)
KeyHeader = Annotated[
    RequestId | None,
    Header(
        alias="Idempotency-Key",
        description="Used if the body has no `request_id`. A repeated request has no further"
        " effect.",
    ),
]
_LINK_PROBLEMS: Final = (RefusalCode.NO_LINK, RefusalCode.LINK_DOES_NOT_FIT)
_REWARD_PROBLEMS: Final = (
    *(
        RefusalCode.REWARD_GRANTED,
        RefusalCode.REWARD_INVALID,
        RefusalCode.REWARD_NOT_REJECTED,
        RefusalCode.REWARD_REGISTERED,
    ),
)
_PROGRAM_ROLES: Final = frozenset({"platform", "filing", "feed"})


def _documented(*codes: RefusalCode) -> JsonObject:
    """Return the documentation that all commands share, with the problem codes of one of them."""
    documented = responses(
        *PROBLEMS,
        RefusalCode.ACTION_NOT_ALLOWED,
        RefusalCode.KEY_REUSED,
        RefusalCode.PAYLOAD_TOO_LARGE,
        RefusalCode.WORKFLOW_LOST,
        *codes,
    )
    example = {"application/json": {"example": COMMAND_RESULT}}
    documented[200] = {"description": "The result of the command", "content": example}
    return {"responses": documented, "dependencies": [Depends(strict_json_body)]}


def _identity(caller: Caller, body: CommandRequest, key: str | None) -> dict[str, str]:
    """Return who sends the command and under which id; a new id if the caller gave none."""
    request_id = body.request_id or key or uuid.uuid4().hex
    return {"request_id": request_id, "actor": acting_party(caller), "caller": caller.key}


@router.post(
    "/tickets/{number}/decision",
    operation_id="tickets_decide",
    summary="Decide a ticket",
    **_documented(
        *(RefusalCode.REWARD_REQUIRED, RefusalCode.WRONG_CURRENCY, RefusalCode.APPROVAL_BY_ANOTHER),
        *_LINK_PROBLEMS,
        *_REWARD_PROBLEMS,
    ),
)
async def decide(
    context: Context,
    caller: AgentCaller,
    number: NumberPath,
    body: Annotated[DecisionRequest, Body()],
    key: KeyHeader = None,
) -> RequestResult:
    """Decide on behalf of the partner, with a reason.

    An amount above the partner's maximum needs two agents: the first result says
    `awaits_approval`, and the same decision by another agent confirms it.
    """
    body.require_reason()
    content = body.model_dump(mode="json", exclude={"request_id"}, exclude_none=True)
    content |= _identity(caller, body, key)
    if caller.roles & _PROGRAM_ROLES:
        content["actor"] = f"platform:{caller.subject}"
    return await submit_command(context, parse_number_or_404(number), "decide", content)


@router.post(
    "/tickets/{number}/withdrawal",
    operation_id="tickets_withdraw",
    summary="Withdraw a claim",
    **_documented(),
)
async def withdraw(
    context: Context,
    caller: AgentOrFilingCaller,
    number: NumberPath,
    body: Annotated[WithdrawalRequest, Body()],
    key: KeyHeader = None,
) -> RequestResult:
    """Withdraw a claim: as an agent, or as the platform for its own member."""
    found = await require_ticket_access(context, caller, number)
    content = {"reason": body.reason} | _identity(caller, body, key)
    return await submit_command(context, found, "withdraw", content)


@router.post(
    "/tickets/{number}/information",
    operation_id="tickets_information",
    summary="Ask the member, or submit the member's answer",
    **_documented(
        RefusalCode.INCOMPLETE, RefusalCode.DUPLICATE, *_LINK_PROBLEMS, *_REWARD_PROBLEMS
    ),
)
async def submit_information(
    context: Context,
    caller: AgentOrFilingCaller,
    number: NumberPath,
    body: Annotated[TicketInformationRequest, Body()],
    key: KeyHeader = None,
) -> RequestResult:
    """Ask the member `questions` (agents only), or submit the member's answer."""
    if body.is_question and "agent" not in caller.roles:
        raise Problem(RefusalCode.FORBIDDEN)
    found = await require_ticket_access(context, caller, number)
    update = "request_information" if body.is_question else "provide_information"
    content = body.model_dump(exclude={"request_id"}, exclude_none=True)
    return await submit_command(context, found, update, content | _identity(caller, body, key))


@router.post(
    "/tickets/{number}/resend",
    operation_id="tickets_resend",
    summary="Send a claim to the partner again",
    **_documented(),
)
async def resend(
    context: Context,
    caller: AgentCaller,
    number: NumberPath,
    body: Annotated[ResendRequest, Body()],
    key: KeyHeader = None,
) -> RequestResult:
    """Send the claim to the partner once more. The ticket's state does not change."""
    content = {"reason": body.reason} | _identity(caller, body, key)
    return await submit_command(context, parse_number_or_404(number), "resend_to_partner", content)
