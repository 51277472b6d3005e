"""Commands of agents and members to a ticket: workflow updates (docs/contract.md), and those that
come after its end.
"""

import json
from typing import Final

from temporalio.service import RPCError

from adapters.postgres.tickets.late_commands import log_late_command
from adapters.postgres.tickets.ownership import is_owned_by
from adapters.postgres.tickets.resumption import is_ticket_open
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.request_result import RequestResult
from domain.tickets.messages.commands import UPDATES, TicketCommand
from domain.values.parsing import parse_message
from domain.values.ticket_number import number_error_code, parse_number
from gateway.context import AppContext
from gateway.http.caller import Caller
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.json_types import JsonMapping
from gateway.temporal_client import execute_update
from workflows.messages.message_decoding import MAX_SIGNAL_BYTES
from workflows.temporal_errors import is_workflow_not_found

_ERROR_FIELDS: Final = {
    "reward_required": {"reward": "required"},
    "wrong_currency": {"reward.currency": "wrong_currency"},
}


def parse_number_or_404(text: str) -> str:
    """Return the canonical ticket number; raises `unknown_ticket` for an invalid one."""
    try:
        return parse_number(text)
    except RequestRejected:
        raise Problem(RefusalCode.UNKNOWN_TICKET, {"number": number_error_code(text)}) from None


async def require_ticket_access(context: AppContext, caller: Caller, text: str) -> str:
    """Return the number of a ticket that the caller may access; raises `unknown_ticket` otherwise.

    The ticket of another account and an unknown number are refused alike, after the same query.
    """
    number = parse_number_or_404(text)
    if "agent" in caller.roles or caller.accounts is None:
        return number
    if not await is_owned_by(context.database, number, caller.accounts):
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    return number


def acting_party(caller: Caller) -> str:
    """Return the actor: an agent by name, or the member on whose behalf the platform acts."""
    return caller.actor if "agent" in caller.roles else "member"


async def submit_command(
    context: AppContext, number: str, update: str, content: JsonMapping
) -> RequestResult:
    """Send a command to a ticket and return its result; a repeated `request_id` gets the same one.

    Raises `Problem` with the code of a refusal and the invalid fields. After the ticket's end that
    is `action_not_allowed`, and the command is stored in the message log. `workflow_lost`: nothing
    is stored, because the ticket is open and its workflow does not run.
    """
    reading = parse_message(UPDATES[update], dict(content))
    if reading.value is None:
        raise Problem(
            RefusalCode.MALFORMED, {name or "body": "malformed" for name in reading.problems}
        )
    command, code = reading.value, "unanswered"
    try:
        result, code = await _submit(context, number, update, command), "applied"
    except Problem as problem:
        code = problem.code
        raise
    finally:
        log_event(
            SecurityEvent.TICKET_ACTED_ON,
            actor=command.actor,
            caller=command.sender,
            number=number,
            action=update,
            request=command.request_id,
            code=code,
        )
    return result


async def _submit(
    context: AppContext, number: str, update: str, command: TicketCommand
) -> RequestResult:
    payload = command.model_dump(mode="json", exclude_none=True)
    await check_command_limits(context, number, update, payload)
    try:
        return await execute_update(context.temporal, number, update, payload)
    except Problem as problem:
        raise Problem(problem.code, _fields(problem)) from None
    except RPCError as error:
        if not is_workflow_not_found(error):
            raise
    if await is_ticket_open(context.database, number):
        raise Problem(RefusalCode.WORKFLOW_LOST)
    return await _log_late_command(context, number, command)


async def check_command_limits(
    context: AppContext, number: str, update: str, payload: JsonMapping
) -> None:
    """Raise `too_many_requests` or `payload_too_large` before an update reaches the workflow, whose
    history would keep it. Members and agents have separate limits.
    """
    if len(json.dumps(payload)) > MAX_SIGNAL_BYTES:
        raise Problem(RefusalCode.PAYLOAD_TOO_LARGE)
    role = str(payload["actor"]).partition(":")[0]
    await context.limits.hit("ticket", f"{number}/{role}")
    if update == "provide_information":
        await context.limits.hit("answers", number)


async def _log_late_command(
    context: AppContext, number: str, command: TicketCommand
) -> RequestResult:
    result = await log_late_command(
        context.database,
        number,
        command,
        log_entry(command, RefusalCode.ACTION_NOT_ALLOWED, context.now),
    )
    if result is None:
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    if result.code:
        code = RefusalCode(result.code)
        raise Problem(code, _fields(Problem(code, result.problems)))
    return result


def _fields(problem: Problem) -> dict[str, str]:
    """Return the invalid fields by their paths in the request's body."""
    if problem.code == RefusalCode.INCOMPLETE:
        errors = problem.errors.items()
        return {name if name == "note" else f"answers.{name}": what for name, what in errors}
    return problem.errors or _ERROR_FIELDS.get(problem.code, {})
