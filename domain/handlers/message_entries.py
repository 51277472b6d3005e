"""The log entry of a handled message."""

from datetime import datetime

from domain.codes import MessageCode
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.discrepancies import is_discrepancy, mark_discrepancy
from domain.tickets.messages.message import Message
from domain.tickets.ticket import Ticket


def entry_for(
    ticket: Ticket,
    message: Message,
    code: str,
    now: datetime,
    unknown: tuple[str, ...] = (),
) -> MessageLogEntry:
    """Return the entry of a message that was handled with `code`.

    An applied message carries the number of its transition; one that contradicts the ticket is
    marked as a discrepancy.
    """
    seq = len(ticket.transitions) if code == MessageCode.APPLIED else None
    entry = log_entry(message, code, now, unknown).model_copy(update={"seq": seq})
    contradicts = is_discrepancy(message, code, ticket.state, ticket.granted_amount, now)
    return mark_discrepancy(entry) if contradicts else entry
