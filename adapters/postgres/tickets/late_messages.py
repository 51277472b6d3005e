"""Messages that no workflow handles: they arrived after the ticket's end."""

from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.tickets.change_records import insert_message
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.ticket_limits import MAX_UNAPPLIED_MESSAGES


async def log_late_message(connection: Connection, number: str, note: MessageLogEntry) -> None:
    """Log a message that no workflow handles, usually after the ticket's end. Beyond the bound
    messages are only counted. A known discrepancy is not opened twice.
    """
    await QUERIES.lock_ticket(connection, number=number)
    key = {"number": number, "key": note.discrepancy}
    if note.discrepancy and await QUERIES.discrepancy_exists(connection, **key):
        return
    room = {
        "number": number,
        "discrepancy": note.discrepancy,
        "max_messages": MAX_UNAPPLIED_MESSAGES,
    }
    if not await QUERIES.has_room_for_late_message(connection, **room):
        await QUERIES.count_omitted_message(connection, number=number)
        return
    ordinal = await QUERIES.next_late_ordinal(connection, number=number)
    await insert_message(connection, number, 0, ordinal, note)
