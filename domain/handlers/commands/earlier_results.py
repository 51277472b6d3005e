"""The result of a repeated command: the one that it got the first time."""

from domain.codes import RefusalCode
from domain.handlers.commands.available import available_commands
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.messages.commands import Decision, TicketCommand


def earlier_result(
    aggregate: TicketAggregate, command: TicketCommand
) -> StoredRequestResult | None:
    """Return the result that `command` got earlier, as far as the ticket remembers it."""
    results = aggregate.ticket.recent_results
    return next((result for result in results if result.key == command.key), None)


def result_for_command(earlier: StoredRequestResult, command: TicketCommand) -> StoredRequestResult:
    """Return the earlier result under the command's key; another command with it is refused."""
    if earlier.digest == command.digest:
        return earlier
    refusal = {"state_changed": False, "code": RefusalCode.KEY_REUSED, "problems": {}}
    return earlier.model_copy(update=refusal)


def needs_fact_check(aggregate: TicketAggregate, command: TicketCommand) -> bool:
    """Return whether `command` is a new decision to pay, for which the stored facts are checked."""
    confirms = isinstance(command, Decision) and command.outcome == "confirmed"
    is_new = confirms and not earlier_result(aggregate, command)
    ticket = aggregate.ticket
    return is_new and "decide" in available_commands(ticket.state, ticket.attention)
