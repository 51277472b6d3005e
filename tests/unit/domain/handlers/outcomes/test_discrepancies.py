"""Messages that contradict a confirmed or closed ticket."""

from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    PLN_40,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.outcomes.confirmed_tickets import (
    AWAITING,
    ENDS,
    LATER,
    MUCH_LATER,
    confirmed,
    log_entries,
    pln,
)


def test_a_reused_outcome_id_is_a_discrepancy_and_changes_nothing() -> None:
    aggregate = confirmed()
    before = aggregate.ticket
    handle_message(aggregate, an_outcome("rejected", outcome_id="first"), LATER)
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert log_entries(aggregate) == [("outcome_id_reused", True)]


def test_too_many_changes_by_the_partner_need_a_person() -> None:
    """Each change makes a transition and an e-mail; twenty are allowed."""
    aggregate = confirmed(**ENDS)
    for index in range(30):
        handle_message(
            aggregate, an_outcome(outcome_id=str(index), reward=pln(f"{index + 1}.00")), LATER
        )
    assert len(aggregate.ticket.transitions) == 23
    assert list(aggregate.ticket.attention) == [Attention.OUTCOME_CONTRADICTED]
    assert not aggregate.is_settlement_due(MUCH_LATER)
    assert log_entries(aggregate)[-1] == ("too_many_changes", True)


def ended(state: State) -> TicketAggregate:
    """A ticket that has ended in `state`."""
    aggregate = an_aggregate(AWAITING if state is State.RESOLVED else State.SENT_TO_PARTNER)
    match state:
        case State.RESOLVED:
            aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
        case State.WITHDRAWN:
            handle_message(aggregate, a_withdrawal(), NOW)
        case _:
            handle_message(aggregate, an_outcome("rejected", outcome_id="first"), NOW)
    aggregate.collect_changes()
    return aggregate


@pytest.mark.parametrize(
    ("state", "outcome", "stated", "shown"),
    [
        (State.RESOLVED, "rejected", {"reason_code": "order_returned"}, True),
        (State.RESOLVED, "order_cancelled", {}, True),
        (State.RESOLVED, "confirmed", {"reward": pln("12.00")}, True),
        (State.RESOLVED, "confirmed", {"reward": pln("60.00")}, True),
        (State.RESOLVED, "confirmed", {"cancellation_ends_on": "2026-12-31"}, True),
        (State.RESOLVED, "confirmed", {"reward": PLN_40}, False),
        (State.RESOLVED, "confirmed", {}, False),
        (State.REJECTED, "confirmed", {}, True),
        (State.REJECTED, "rejected", {}, False),
        (State.WITHDRAWN, "confirmed", {}, True),
        (State.WITHDRAWN, "order_cancelled", {}, False),
    ],
)
def test_an_outcome_that_contradicts_a_closed_ticket_is_shown_to_agents(
    state: State, outcome: str, stated: dict[str, Any], shown: bool
) -> None:
    aggregate = ended(state)
    handle_message(aggregate, an_outcome(outcome, **stated), LATER)
    assert aggregate.ticket.state is state
    assert log_entries(aggregate) == [("action_not_allowed", shown)]


def test_a_reward_that_is_registered_after_the_grant_is_shown_to_agents() -> None:
    aggregate = ended(State.RESOLVED)
    handle_message(aggregate, RewardRegistered(reward_id="rew-9"), LATER)
    assert log_entries(aggregate) == [("action_not_allowed", True)]


def test_a_question_after_the_confirmation_is_shown_to_agents() -> None:
    aggregate = confirmed()
    handle_message(aggregate, a_question(), LATER)
    assert log_entries(aggregate) == [("action_not_allowed", True)]


def test_another_partners_outcome_contradicts_nothing() -> None:
    aggregate = ended(State.RESOLVED)
    handle_message(aggregate, an_outcome("rejected", partner_id="otherpartner"), LATER)
    (entry,) = aggregate.collect_changes().messages
    assert isinstance(entry, MessageLogEntry)
    assert (entry.code, entry.discrepancy) == ("wrong_partner", None)
