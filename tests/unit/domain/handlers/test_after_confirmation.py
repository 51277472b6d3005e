"""What a partner says after its confirmation: nothing that contradicts it is silent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    PLN_40,
    WARSAW,
    a_decision,
    a_partner,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
LATER = NOW + timedelta(hours=1)
FAR = datetime(2199, 1, 1, tzinfo=UTC)
FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}
ENDS = {"cancellation_ends_on": "2026-11-30"}


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


def confirmed(partner: Any = None, **told: Any) -> TicketAggregate:
    """A ticket whose partner confirmed with these words, with nothing left to be written."""
    aggregate = an_aggregate(State.SENT_TO_PARTNER, partner)
    handle_message(aggregate, an_outcome(outcome_id="first", **told), NOW)
    aggregate.collect_changes()
    return aggregate


def notes(aggregate: TicketAggregate) -> list[tuple[str, bool]]:
    """The code of each message that was kept since the last writing, and whether agents see it."""
    return [(note.code, bool(note.discrepancy)) for note in aggregate.collect_changes().messages]


def amount(ticket: Ticket) -> str | None:
    """What the ticket would grant."""
    return str(ticket.confirmed_amount.amount) if ticket.confirmed_amount else None


def midnight(year: int, month: int, day: int) -> datetime:
    """The beginning of a day in Warsaw."""
    return datetime(year, month, day, tzinfo=WARSAW).astimezone(UTC)


@pytest.mark.parametrize("reason", list(RejectionReason))
def test_a_rejection_in_the_period_counts_as_cancelled_and_keeps_its_reason(
    reason: RejectionReason,
) -> None:
    """Networks and shops know one word for both; a return is the commonest of them."""
    aggregate = confirmed()
    handle_message(aggregate, an_outcome("rejected", reason_code=reason, note="came back"), LATER)
    change_set = aggregate.collect_changes()
    move = change_set.transitions[-1]
    assert (move.event, move.to, move.reason_code) == (
        Event.ORDER_CANCELLED,
        State.REJECTED,
        reason,
    )
    assert (move.actor, move.note) == ("partner:velotel", "came back")
    assert [letter.kind for letter in change_set.emails] == [EmailKind.REJECTED]
    assert not aggregate.is_settlement_due(FAR)


def test_a_rejection_in_the_period_without_a_reason_is_a_cancellation() -> None:
    aggregate = confirmed()
    handle_message(aggregate, an_outcome("rejected"), LATER)
    assert aggregate.ticket.reason_code == "order_cancelled"


@pytest.mark.parametrize("told", ["12.00", "55.50", "500.00", "0.01"])
def test_a_changed_amount_replaces_the_confirmed_one(told: str) -> None:
    """A partial return; the history has the move, the member a letter with what is due when."""
    aggregate = confirmed(**ENDS)
    handle_message(aggregate, an_outcome(reward=pln(told), note="one of two came back"), LATER)
    change_set = aggregate.collect_changes()
    move = change_set.transitions[-1]
    assert (move.event, move.from_state, move.to) == (Event.PARTNER_CONFIRMED, AWAITING, AWAITING)
    assert (move.actor, move.note) == ("partner:velotel", "one of two came back")
    assert change_set.confirmed_amount is not None
    assert str(change_set.confirmed_amount.amount) == told
    (letter,) = change_set.emails
    assert letter.kind is EmailKind.PARTNER_CONFIRMED
    assert letter.params == {"due_on": "2026-12-01", "amount": pln(told)}
    assert change_set.cancellation_ends_at == midnight(2026, 12, 1)
    assert aggregate.is_settlement_due(FAR)


@pytest.mark.parametrize(
    "told", [pln("500.01"), pln("0.00"), {"amount": "12.00", "currency": "EUR"}]
)
def test_an_amount_that_may_not_be_granted_waits_for_a_person_never_at_the_old_one(
    told: dict[str, str],
) -> None:
    aggregate = confirmed(**ENDS)
    handle_message(aggregate, an_outcome(reward=told), LATER)
    assert amount(aggregate.ticket) is None
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(FAR)
    handle_message(aggregate, a_decision(reward=pln("12.00")), LATER)
    assert amount(aggregate.ticket) == "12.00"
    assert aggregate.is_settlement_due(FAR)


def test_an_amount_that_can_be_granted_makes_up_for_one_that_could_not() -> None:
    aggregate = confirmed(reward=pln("900.00"), **ENDS)
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    handle_message(aggregate, an_outcome(reward=pln("90.00")), LATER)
    assert (amount(aggregate.ticket), aggregate.ticket.attention) == ("90.00", ())
    assert aggregate.is_settlement_due(FAR)


@pytest.mark.parametrize(
    ("first", "told", "ends_at"),
    [
        (ENDS, {"cancellation_ends_on": "2026-12-05"}, midnight(2026, 12, 6)),
        (ENDS, {"cancellation_ends_on": "2026-11-02"}, midnight(2026, 11, 3)),
        (ENDS, {"activated_on": "2026-11-03"}, midnight(2026, 11, 18)),
        ({"activated_on": "2026-10-05"}, {"activated_on": "2026-10-15"}, midnight(2026, 10, 30)),
        ({}, {"activated_on": "2026-10-15"}, midnight(2026, 10, 30)),
    ],
)
def test_changed_dates_replace_the_end_of_the_period(
    first: dict[str, str], told: dict[str, str], ends_at: datetime
) -> None:
    """The latest message that names a date decides; the amount stays."""
    aggregate = confirmed(a_partner(cancellation=FROM_ACTIVATION), **first)
    handle_message(aggregate, an_outcome(**told), LATER)
    assert aggregate.ticket.cancellation_ends_at == aggregate.ticket.due_at == ends_at
    assert (amount(aggregate.ticket), aggregate.ticket.attention) == ("40.00", ())
    assert len(aggregate.collect_changes().emails) == 1


def test_repeated_changes_never_push_the_end_past_the_profiles_bound() -> None:
    """R33: the bound runs from the first confirmation, not from the last one."""
    aggregate = confirmed(
        a_partner(cancellation=FROM_ACTIVATION | {"max_period": "P30D"}),
        cancellation_ends_on="2026-10-30",
    )
    at = NOW
    for day in range(1, 4):
        at += timedelta(days=3)
        told = an_outcome(outcome_id=str(day), cancellation_ends_on=f"2031-01-0{day}")
        handle_message(aggregate, told, at)
    assert aggregate.ticket.cancellation_ends_at is not None
    assert aggregate.ticket.cancellation_ends_at <= NOW + timedelta(days=31)


@pytest.mark.parametrize(
    "told", [{}, {"reward": PLN_40}, ENDS, ENDS | {"reward": PLN_40, "note": "as we said"}]
)
def test_a_confirmation_that_says_nothing_new_moves_nothing(told: dict[str, Any]) -> None:
    aggregate = confirmed(**ENDS)
    before = aggregate.ticket
    heard = handle_message(aggregate, an_outcome(**told), LATER)
    assert heard.is_log_only
    assert aggregate.ticket.transitions == before.transitions
    assert aggregate.ticket.due_at == before.due_at
    assert notes(aggregate) == [("unchanged", False)]


def test_an_amount_that_agents_overruled_is_not_new_when_it_comes_once_more() -> None:
    aggregate = confirmed(reward=pln("900.00"), **ENDS)
    handle_message(aggregate, a_decision(reward=PLN_40), LATER)
    aggregate.collect_changes()
    handle_message(aggregate, an_outcome(reward=pln("900.00")), LATER)
    assert amount(aggregate.ticket) == "40.00"
    assert notes(aggregate) == [("unchanged", False)]


def test_an_older_confirmation_does_not_replace_a_newer_one() -> None:
    """Messages overtake each other; `occurred_at` says which is newer, where both have it."""
    aggregate = confirmed(reward=pln("12.00"), occurred_at=NOW - timedelta(hours=2))
    old = an_outcome(reward=PLN_40, occurred_at=NOW - timedelta(hours=3))
    handle_message(aggregate, old, LATER)
    assert amount(aggregate.ticket) == "12.00"
    assert notes(aggregate) == [("outdated", False)]


def test_a_rejection_older_than_the_confirmation_holds_the_payment_for_a_person() -> None:
    aggregate = confirmed(occurred_at=NOW - timedelta(hours=2))
    old = an_outcome("rejected", reason_code="order_returned", occurred_at=NOW - timedelta(days=1))
    handle_message(aggregate, old, LATER)
    assert aggregate.ticket.state is AWAITING
    assert list(aggregate.ticket.attention) == [Attention.OUTCOME_CONTRADICTED]
    assert not aggregate.is_settlement_due(FAR)
    assert notes(aggregate) == [("outdated", True)]
    handle_message(aggregate, DeadlinePassed(), FAR)
    handle_message(aggregate, a_decision(), FAR)
    assert aggregate.ticket.attention == ()
    assert aggregate.is_settlement_due(FAR)


def test_a_clock_that_runs_ahead_makes_nothing_after_it_older() -> None:
    aggregate = confirmed(occurred_at="2099-01-01T00:00:00Z")
    handle_message(aggregate, an_outcome("rejected", occurred_at=LATER), LATER)
    assert aggregate.ticket.state is State.REJECTED


def test_an_outcome_of_the_same_moment_is_not_older() -> None:
    aggregate = confirmed(occurred_at=NOW)
    handle_message(aggregate, an_outcome("rejected", occurred_at=NOW), LATER)
    assert aggregate.ticket.state is State.REJECTED


def test_one_id_with_another_content_is_shown_and_moves_nothing() -> None:
    aggregate = confirmed()
    before = aggregate.ticket
    handle_message(aggregate, an_outcome("rejected", outcome_id="first"), LATER)
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert notes(aggregate) == [("outcome_id_reused", True)]


def test_a_partner_that_keeps_changing_its_mind_is_left_to_a_person() -> None:
    """Each change is a move and a letter: twenty are enough."""
    aggregate = confirmed(**ENDS)
    for turn in range(30):
        handle_message(
            aggregate, an_outcome(outcome_id=str(turn), reward=pln(f"{turn + 1}.00")), LATER
        )
    assert len(aggregate.ticket.transitions) == 23
    assert list(aggregate.ticket.attention) == [Attention.OUTCOME_CONTRADICTED]
    assert not aggregate.is_settlement_due(FAR)
    assert notes(aggregate)[-1] == ("too_many_changes", True)


def ended(state: State) -> TicketAggregate:
    """A ticket that has ended so."""
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
    ("state", "outcome", "told", "shown"),
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
def test_what_contradicts_a_ticket_that_has_ended_is_shown_to_agents(
    state: State, outcome: str, told: dict[str, Any], shown: bool
) -> None:
    aggregate = ended(state)
    handle_message(aggregate, an_outcome(outcome, **told), LATER)
    assert aggregate.ticket.state is state
    assert notes(aggregate) == [("action_not_allowed", shown)]


def test_a_reward_that_is_registered_after_the_grant_is_shown_to_agents() -> None:
    aggregate = ended(State.RESOLVED)
    handle_message(aggregate, RewardRegistered(reward_id="rew-9"), LATER)
    assert notes(aggregate) == [("action_not_allowed", True)]


def test_a_question_after_the_confirmation_is_shown_to_agents() -> None:
    aggregate = confirmed()
    handle_message(aggregate, a_question(), LATER)
    assert notes(aggregate) == [("action_not_allowed", True)]


def test_another_partners_word_contradicts_nothing() -> None:
    aggregate = ended(State.RESOLVED)
    handle_message(aggregate, an_outcome("rejected", partner_id="otherpartner"), LATER)
    (note,) = aggregate.collect_changes().messages
    assert isinstance(note, MessageLogEntry)
    assert (note.code, note.discrepancy) == ("wrong_partner", None)
