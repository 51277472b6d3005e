"""Commands that arrive after a ticket's end: logged, and answered once."""

from typing import Any

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from adapters.postgres.tickets.change_records import insert_request_result
from adapters.postgres.tickets.late_messages import log_late_message
from domain.handlers.commands.earlier_results import result_for_command
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import RequestResult, StoredRequestResult
from domain.tickets.messages.commands import TicketCommand
from domain.values.stored import read_stored


@repeat_after_migration
async def log_late_command(
    database: Database, number: str, request: TicketCommand, note: MessageLogEntry
) -> RequestResult | None:
    """Log a command for a closed ticket as `note`, and return its first result.

    `None` for an unknown number. Repeated calls change nothing.
    """
    keys: dict[str, Any] = {
        "number": number,
        "caller": request.sender,
        "request_id": request.request_id,
    }
    async with database.transaction() as connection:
        state = await QUERIES.lock_ticket_state(connection, number=number)
        if state is None:
            return None
        if first := await QUERIES.get_request_result(connection, **keys):
            return result_for_command(read_stored(StoredRequestResult, first), request)
        answer = StoredRequestResult(
            **keys, digest=request.digest, state=state, state_changed=False, code=note.code
        )
        await insert_request_result(connection, answer)
        await log_late_message(connection, number, note)
        return answer
