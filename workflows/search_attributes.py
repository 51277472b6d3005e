"""The search attributes of a ticket: opaque values only, because they are never encrypted."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.tickets.ticket import Ticket

STATE: Final = SearchAttributeKey.for_keyword("TicketState")
KIND: Final = SearchAttributeKey.for_keyword("TicketKind")
PARTNER: Final = SearchAttributeKey.for_keyword("TicketPartner")
DUE_AT: Final = SearchAttributeKey.for_datetime("TicketDueAt")
ATTENTION: Final = SearchAttributeKey.for_keyword_list("TicketAttention")
ALL: Final[tuple[SearchAttributeKey[Any], ...]] = (STATE, KIND, PARTNER, DUE_AT, ATTENTION)


def attribute_types() -> dict[str, str]:
    """Return the type of each attribute by its name, as the Temporal CLI writes it."""
    types = {key.name: key.indexed_value_type.name for key in ALL}
    return {name: kind.title().replace("_", "") for name, kind in types.items()}


def attention_update(reasons: Sequence[str]) -> list[SearchAttributeUpdate[Any]]:
    """Return the update that shows the reasons for attention, or that there are none."""
    return [ATTENTION.value_set(list(reasons)) if reasons else ATTENTION.value_unset()]


def changed_attributes(
    known: TypedSearchAttributes, ticket: Ticket
) -> list[SearchAttributeUpdate[Any]]:
    """Return the updates for the attributes that differ from `ticket`."""
    attributes: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STATE, str(ticket.state)),
        (KIND, str(ticket.kind)),
        (PARTNER, ticket.partner_id),
        (DUE_AT, ticket.due_at),
        (ATTENTION, [str(reason) for reason in ticket.attention] or None),
    ]
    return [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in attributes
        if known.get(key) != value
    ]
