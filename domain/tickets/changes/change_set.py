"""Everything that one step changes, stored in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.tickets.approvals import Approval, Proposal
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.values.money import Money
from domain.values.types import FrozenModel


class ChangeSet(FrozenModel):
    """The changes of one step, and the state of the ticket after it.

    `version` counts the change sets of a ticket, so that a late one never overwrites a newer one;
    `resumptions` identifies the run that made it. `resume_state` is what another run needs.
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
    """Ids of the partner outcomes that were handled since the last change set."""
    messages_left_out: int = 0
    resumptions: int = 0
    resume_state: dict[str, object] | None = None


def with_form_data(change_set: ChangeSet, dates: Mapping[str, date], order_key: str) -> ChangeSet:
    """Return `change_set` with the dates and the order that the member's answers name."""
    state = change_set.resume_state or {}
    known = state.get("anchor_dates")
    named = {name: day.isoformat() for name, day in dates.items()}
    anchor_dates = {**known, **named} if isinstance(known, dict) else named
    completed = {**state, "anchor_dates": anchor_dates, "order_key": order_key}
    return change_set.model_copy(update={"resume_state": completed})


def change_summary(change_set: ChangeSet) -> str:
    """Return a summary for the Temporal UI."""
    transitions = [f"{one.event} → {one.to}" for one in change_set.transitions]
    return ", ".join(transitions) or "log messages"
