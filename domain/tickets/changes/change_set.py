"""Everything that one step changes, stored in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.tickets.approvals import Approval, Proposal
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.values.types import FrozenModel, Money


class ChangeSet(FrozenModel):
    """One step to be written down, in one transaction: moves, letters, notes, and where that leaves
    the ticket.

    `change_set` counts a ticket's writings, so that a late one never overwrites a newer one;
    `resumptions` says by which of its runs. `resume_state` is what a new run needs of it.
    """

    number: str
    version: int
    state: State
    reason_code: str | None = None
    due_at: datetime | None = None
    cancellation_ends_at: datetime | None = None
    attention: tuple[str, ...] = ()
    confirmed_amount: Money | None = None
    proposal: Proposal | None = None
    approval: Approval | None = None
    partner_reference: str | None = None
    transitions: tuple[Transition, ...] = ()
    emails: tuple[OutgoingEmail, ...] = ()
    messages: tuple[MessageLogEntry, ...] = ()
    results: tuple[StoredRequestResult, ...] = ()
    acknowledged_outcome_ids: tuple[str, ...] = ()
    """The ids of partners' outcomes that were heard since the last writing."""
    messages_left_out: int = 0
    resumptions: int = 0
    resume_state: dict[str, Any] | None = None


def with_form_data(change_set: ChangeSet, dates: Mapping[str, date], order_key: str) -> ChangeSet:
    """Return `change_set` with what the form made of the member's answers."""
    state = change_set.resume_state or {}
    known = {
        **state.get("anchor_dates", {}),
        **{name: day.isoformat() for name, day in dates.items()},
    }
    return change_set.model_copy(
        update={"resume_state": {**state, "anchor_dates": known, "order_key": order_key}}
    )


def change_summary(change_set: ChangeSet) -> str:
    """Return what a step does, in a line for operators."""
    moves = [f"{move.event} → {move.to}" for move in change_set.transitions]
    return ", ".join(moves) or "note what was heard"
