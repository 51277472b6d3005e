"""The search attributes of a ticket: opaque values only, they are never encrypted (contract.md)."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.tickets.ticket import Ticket

STATE: Final = SearchAttributeKey.for_keyword("TicketState")
KIND: Final = SearchAttributeKey.for_keyword("TicketKind")
PARTNER: Final = SearchAttributeKey.for_keyword("TicketPartner")
DUE_AT: Final = SearchAttributeKey.for_datetime("TicketDueAt")
ATTENTION: Final = SearchAttributeKey.for_keyword_list("TicketAttention")


def attention_update(reasons: Sequence[str]) -> list[SearchAttributeUpdate[Any]]:
    """Return the update that shows why a person is needed, or that nobody is."""
    return [ATTENTION.value_set(list(reasons)) if reasons else ATTENTION.value_unset()]


def changed_attributes(
    known: TypedSearchAttributes, ticket: Ticket
) -> list[SearchAttributeUpdate[Any]]:
    """Return what must be told so that the attributes show `ticket`; maybe nothing."""
    wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STATE, str(ticket.state)),
        (KIND, str(ticket.kind)),
        (PARTNER, ticket.partner_id),
        (DUE_AT, ticket.due_at),
        (ATTENTION, [str(reason) for reason in ticket.attention] or None),
    ]
    return [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in wanted
        if known.get(key) != value
    ]
