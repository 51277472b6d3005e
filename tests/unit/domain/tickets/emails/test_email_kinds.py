"""The e-mail of each transition."""

import pytest

from domain.tickets.changes.emails import (
    EmailKind,
    email_for_transition,
)
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.unit.domain.tickets.emails.queued_emails import AWAITING

TABLE: dict[EmailKind, set[tuple[Event, State]]] = {
    EmailKind.CONFIRMATION: {(Event.CLAIM_ACCEPTED, State.VALIDATED)},
    EmailKind.INFORMATION_NEEDED: {(Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED)},
    EmailKind.PARTNER_CONFIRMED: {
        (event, AWAITING)
        for event in (Event.PARTNER_CONFIRMED, Event.PARTNER_SILENT, Event.DECIDED)
    },
    EmailKind.REJECTED: {
        (event, State.REJECTED)
        for event in (
            Event.PARTNER_REJECTED,
            Event.ORDER_CANCELLED,
            Event.INFORMATION_NOT_PROVIDED,
            Event.PARTNER_SILENT,
            Event.DECIDED,
            Event.HOLD_RELEASED,
            Event.CANCELLATION_PERIOD_ENDED,
        )
    },
    EmailKind.RESOLVED: {(Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED)},
    EmailKind.REWARD_REGISTERED: {
        (Event.REWARD_REGISTERED, State.RESOLVED),
        (Event.HOLD_RELEASED, State.RESOLVED),
    },
    EmailKind.WITHDRAWN: {(Event.WITHDRAWN, State.WITHDRAWN)},
}
KIND_BY_TRANSITION = {pair: kind for kind, pairs in TABLE.items() for pair in pairs}


@pytest.mark.parametrize(("event", "source", "target"), TRANSITIONS)
def test_each_transition_sends_the_email_of_the_table_or_none(
    event: Event, source: State, target: State
) -> None:
    """R26, R27, R28, R34: none without news for the member."""
    repeated = source is target and event is Event.PARTNER_SILENT
    expected = None if repeated else KIND_BY_TRANSITION.get((event, target))
    assert email_for_transition(event, source, target) is expected
