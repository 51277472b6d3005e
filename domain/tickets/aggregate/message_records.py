"""Records of the messages to a ticket: its log, the ids it knows, and the results it gave."""

from collections.abc import Mapping

from domain.tickets.aggregate.pending_changes import PendingChanges
from domain.tickets.aggregate.ticket_state import TicketState
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.messages.commands import TicketCommand
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Ticket
from domain.tickets.ticket_limits import MAX_LOGGED_DISCREPANCIES, MAX_UNAPPLIED_MESSAGES


class MessageRecords(TicketState):
    """What a ticket remembers of its messages, within bounds (docs/decisions/0012)."""

    def __init__(self, ticket: Ticket) -> None:
        """Start from `ticket`, with nothing pending."""
        super().__init__(ticket)
        self._pending = PendingChanges(ticket.messages_left_out)

    def log_message(self, entry: MessageLogEntry) -> None:
        """Log a handled message; beyond a limit, messages without effect are only counted."""
        if entry.seq is None:
            room = MAX_UNAPPLIED_MESSAGES + bool(entry.discrepancy) * MAX_LOGGED_DISCREPANCIES
            if self.ticket.unapplied_messages >= room:
                self._replace(messages_left_out=self.ticket.messages_left_out + 1)
                return
            self._replace(unapplied_messages=self.ticket.unapplied_messages + 1)
        self._pending.messages.append(entry)

    def mark_processed(self, message_id: str) -> None:
        """Remember the id of a handled message."""
        known = (*self.ticket.processed_message_ids, message_id)
        self._replace(processed_message_ids=known[-MAX_REMEMBERED_IDS:])

    def acknowledge_outcome(self, outcome_id: str) -> None:
        """Acknowledge the outcome to its inbox with the next change set."""
        self._pending.acknowledged.append(outcome_id)

    def record_result(
        self,
        command: TicketCommand,
        code: str | None = None,
        problems: Mapping[str, str] | None = None,
        *,
        state_changed: bool = False,
        awaits_approval: bool = False,
    ) -> StoredRequestResult:
        """Record the result of a command; the database stores all, the ticket the latest."""
        result = StoredRequestResult(
            request_id=command.request_id,
            caller=command.sender,
            digest=command.digest,
            number=self.ticket.number,
            state=self.ticket.state,
            state_changed=state_changed,
            code=code,
            problems=dict(problems or {}),
            awaits_approval=awaits_approval,
        )
        self._pending.results.append(result)
        recent = (*self.ticket.recent_results, result)[-MAX_REMEMBERED_IDS:]
        self._replace(recent_results=recent, result_count=self.ticket.result_count + 1)
        return result

    def result_may_be_archived(self, command: TicketCommand) -> bool:
        """Return whether only the database knows if `command` was handled before."""
        is_recent = any(result.key == command.key for result in self.ticket.recent_results)
        return not is_recent and self.ticket.result_count > len(self.ticket.recent_results)
