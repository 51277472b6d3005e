"""Whether an outcome belongs to a ticket, and whether it was processed before."""

from domain.codes import MessageCode
from domain.errors import RequestRejected
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.ticket import Ticket
from domain.values.json_text import content_digest
from domain.values.ticket_number import parse_number


def unprocessable_code(ticket: Ticket, outcome: PartnerOutcome) -> str | None:
    """Return why `outcome` is not processed: of another partner or ticket, or a duplicate."""
    if outcome.partner_id != ticket.partner_id:
        return MessageCode.WRONG_PARTNER
    if outcome.number and not _is_number_of(outcome.number, ticket):
        return MessageCode.WRONG_TICKET
    return _duplicate_code(ticket, outcome)


def processed_key(outcome: PartnerOutcome) -> str:
    """Return what a ticket remembers of an outcome: its id and its content, without its time."""
    content = outcome.model_dump(mode="json", exclude={"occurred_at", "number"})
    return f"outcome:{outcome.outcome_id} {content_digest(content)[:16]}"


def _is_number_of(text: str, ticket: Ticket) -> bool:
    try:
        return parse_number(text) == ticket.number
    except RequestRejected:
        return False


def _duplicate_code(ticket: Ticket, outcome: PartnerOutcome) -> str | None:
    """Return whether an outcome with this id was processed before, and with which content.

    A ticket restored from the database knows the ids alone; the database compares contents.
    """
    outcome_id, _, digest = processed_key(outcome).partition(" ")
    known = (key.partition(" ") for key in ticket.processed_message_ids)
    digests = {known_digest for known_id, _, known_digest in known if known_id == outcome_id}
    if not digests:
        return None
    is_same = bool(digests & {digest, ""})
    return MessageCode.DUPLICATE_MESSAGE if is_same else MessageCode.OUTCOME_ID_REUSED
