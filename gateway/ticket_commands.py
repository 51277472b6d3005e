"""Requests of agents and members to a ticket: the updates of contract.md, and what is too late."""

import json
from collections.abc import Mapping
from typing import Any, Final

from temporalio.service import RPCError

from adapters.postgres.resumption import is_open
from adapters.postgres.ticket_queries import is_ticket_of, keep_late
from domain.claims.parsing import parse_message
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.request_result import RequestResult
from domain.tickets.messages.commands import UPDATES, TicketCommand
from domain.values.ticket_number import number_error_code, parse_number
from gateway.context import AppContext
from gateway.http.caller import Caller
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.temporal_client import execute_update
from workflows.messages.message_decoding import MAX_SIGNAL_BYTES
from workflows.temporal_errors import is_workflow_not_found

_ERROR_FIELDS: Final = {
    "reward_required": {"reward": "required"},
    "wrong_currency": {"reward.currency": "wrong_currency"},
}


def parse_number_or_404(text: str) -> str:
    """Return the ticket number that a caller meant; raises the problem `unknown_ticket`."""
    try:
        return parse_number(text)
    except RequestRejected:
        raise Problem(RefusalCode.UNKNOWN_TICKET, {"number": number_error_code(text)}) from None


async def require_ticket_access(context: AppContext, caller: Caller, text: str) -> str:
    """Return the number of a ticket that the caller may speak for; `unknown_ticket` otherwise.

    Somebody else's ticket and a number that nobody knows are refused alike, after the same look.
    """
    number = parse_number_or_404(text)
    if "agent" in caller.roles or caller.accounts is None:
        return number
    if not await is_ticket_of(context.postgres, number, caller.accounts):
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    return number


def acting_party(caller: Caller) -> str:
    """Return who acts: an agent by name, else the member for whom the platform speaks."""
    return caller.actor if "agent" in caller.roles else "member"


async def submit_command(
    context: AppContext, number: str, update: str, content: Mapping[str, Any]
) -> RequestResult:
    """Put a request to a ticket and return its answer; repeated under one `request_id`, the same.

    Raises `Problem` with the code of a refusal and the fields at fault; after the ticket's end
    `action_not_allowed`, and the request is kept among its notes; `workflow_lost` where nothing is
    kept, because the ticket is open and no workflow leads it.
    """
    reading = parse_message(UPDATES[update], dict(content))
    if reading.value is None:
        raise Problem(
            RefusalCode.MALFORMED, {name or "body": "malformed" for name in reading.problems}
        )
    request, code = reading.value, "unanswered"
    try:
        answer, code = await _submit(context, number, update, request), "applied"
    except Problem as problem:
        code = problem.code
        raise
    finally:
        log_event(
            SecurityEvent.TICKET_ACTED_ON,
            actor=request.actor,
            caller=request.sender,
            number=number,
            action=update,
            request=request.request_id,
            code=code,
        )
    return answer


async def _submit(
    context: AppContext, number: str, update: str, request: TicketCommand
) -> RequestResult:
    told = request.model_dump(mode="json", exclude_none=True)
    await check_command_limits(context, number, update, told)
    try:
        return await execute_update(context.temporal, number, update, told)
    except Problem as problem:
        raise Problem(problem.code, _fields(problem)) from None
    except RPCError as error:
        if not is_workflow_not_found(error):
            raise
    if await is_open(context.postgres, number):
        raise Problem(RefusalCode.WORKFLOW_LOST)
    return await _log_late_command(context, number, request)


async def check_command_limits(
    context: AppContext, number: str, update: str, told: Mapping[str, Any]
) -> None:
    """Raise `too_many_requests` or `payload_too_large` before an update reaches the workflow, whose
    history would keep it. Members and agents have separate limits.
    """
    if len(json.dumps(told)) > MAX_SIGNAL_BYTES:
        raise Problem(RefusalCode.PAYLOAD_TOO_LARGE)
    side = str(told["actor"]).partition(":")[0]
    await context.limits.hit("ticket", f"{number}/{side}")
    if update == "provide_information":
        await context.limits.hit("answers", number)


async def _log_late_command(
    context: AppContext, number: str, request: TicketCommand
) -> RequestResult:
    answer = await keep_late(
        context.postgres,
        number,
        request,
        log_entry(request, RefusalCode.ACTION_NOT_ALLOWED, context.now),
    )
    if answer is None:
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    if answer.code:
        code = RefusalCode(answer.code)
        raise Problem(code, _fields(Problem(code, answer.problems)))
    return answer


def _fields(problem: Problem) -> dict[str, str]:
    """Name the fields at fault as they stand in the call's body."""
    if problem.code == "incomplete":
        named = problem.errors.items()
        return {name if name == "note" else f"answers.{name}": what for name, what in named}
    return problem.errors or _ERROR_FIELDS.get(problem.code, {})
