"""What each message does in each state; what moves nothing is kept, and rewinds nothing."""

from datetime import timedelta

import pytest

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import Resend
from domain.tickets.messages.internal import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
    InvalidMessage,
)
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    NUMBER,
    RUNNING,
    a_decision,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)

LATER = NOW + timedelta(hours=1)
PARTNERS_TIME = timedelta(days=14, hours=1)  # over the end of summer time
REGISTERED = RewardRegistered(reward_id="rew-9")
BEFORE_THE_ANSWER = (State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED)
UNDECIDED = (State.VALIDATED, *BEFORE_THE_ANSWER)
AWAITING = State.AWAITING_CANCELLATION_PERIOD

MOVING: dict[str, tuple[Message, tuple[State, ...], State]] = {
    "confirmed": (an_outcome("confirmed"), BEFORE_THE_ANSWER, AWAITING),
    "rejected": (an_outcome("rejected"), (*BEFORE_THE_ANSWER, AWAITING), State.REJECTED),
    "order cancelled": (
        an_outcome("order_cancelled"),
        (*BEFORE_THE_ANSWER, AWAITING),
        State.REJECTED,
    ),
    "question": (a_question(), (State.SENT_TO_PARTNER,), State.INFORMATION_REQUESTED),
    "reward registered": (REGISTERED, RUNNING, State.RESOLVED),
    "withdrawal": (a_withdrawal(), (*UNDECIDED, State.ON_HOLD), State.WITHDRAWN),
    "decided confirmed": (a_decision("confirmed"), UNDECIDED, AWAITING),
    "decided rejected": (a_decision("rejected"), UNDECIDED, State.REJECTED),
}
STRAY: dict[str, tuple[Message, str]] = {
    "another partner": (an_outcome(partner_id="otherpartner"), "wrong_partner"),
    "another ticket": (an_outcome(number="ZW-0000-0000-0000-0"), "wrong_ticket"),
    "no number at all": (an_outcome(number="my ticket"), "wrong_ticket"),
    "malformed": (
        InvalidMessage(message="partner_outcome", problems={"outcome": "x"}),
        "malformed",
    ),
}


def codes(aggregate: TicketAggregate) -> list[str]:
    """The codes under which messages were kept since the last writing."""
    return [note.code for note in aggregate.collect_changes().messages]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", MOVING)
def test_each_message_moves_where_the_map_allows_and_is_kept_everywhere(
    name: str, state: State
) -> None:
    """R20, R21, R34: nothing raises, nothing vanishes, nothing moves past the map."""
    message, sources, target = MOVING[name]
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    heard = handle_message(aggregate, message, LATER)
    if state in sources:
        assert aggregate.ticket.state is target
        assert not heard.is_log_only
        assert codes(aggregate) == ["applied"]
    else:
        moved = {"processed_message_ids", "recent_results", "result_count", "unapplied_messages"}
        assert aggregate.ticket.model_dump(exclude=moved) == before.model_dump(exclude=moved)
        repeats = name == "confirmed" and state is AWAITING
        assert codes(aggregate) == ["unchanged" if repeats else "action_not_allowed"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", STRAY)
def test_a_stray_message_is_kept_and_changes_nothing(name: str, state: State) -> None:
    """R21: another partner's outcome does not even use up the id of a true one."""
    message, code = STRAY[name]
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    heard = handle_message(aggregate, message, LATER, unknown=("colour",))
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert heard.is_log_only
    note = aggregate.collect_changes().messages[0]
    assert (note.code, note.seq, note.at) == (code, None, LATER)
    assert note.body["unknown_fields"] == ["colour"]


def test_an_outcome_that_names_its_ticket_as_people_write_it_is_taken() -> None:
    """R29."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(number=NUMBER.lower().replace("-", " ")), NOW)
    assert aggregate.ticket.state is AWAITING


def test_an_outcome_in_validated_after_a_delivery_counts_as_sent_and_then_moves() -> None:
    """R34: the partner was faster than its own 2xx."""
    aggregate = an_aggregate(State.VALIDATED)
    next_delivery_purpose(aggregate)
    handle_message(
        aggregate, an_outcome("rejected", reason_code="order_not_found", note="none"), LATER
    )
    moves = aggregate.collect_changes().transitions
    assert [(m.seq, m.event, m.to) for m in moves] == [
        (2, Event.CLAIM_SENT, State.SENT_TO_PARTNER),
        (3, Event.PARTNER_REJECTED, State.REJECTED),
    ]
    assert {m.actor for m in moves} == {"partner:velotel"}
    assert (moves[1].reason_code, moves[1].note) == ("order_not_found", "none")


@pytest.mark.parametrize("outcome", ["confirmed", "rejected", "order_cancelled"])
def test_an_outcome_before_any_delivery_is_only_recorded(outcome: str) -> None:
    """R20: nobody can answer what was never asked."""
    aggregate = an_aggregate(State.VALIDATED)
    handle_message(aggregate, an_outcome(outcome), LATER)
    assert aggregate.ticket.state is State.VALIDATED
    assert codes(aggregate) == ["action_not_allowed"]


def test_a_repeated_outcome_is_recorded_and_moves_nothing() -> None:
    """R21: also where its sender dates the second try anew."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("confirmed"), NOW)
    before = aggregate.ticket
    handle_message(aggregate, an_outcome("confirmed", occurred_at=LATER), LATER)
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert codes(aggregate) == ["applied", "duplicate_message"]


def test_an_outcome_and_a_reward_of_the_same_id_are_two_messages() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("confirmed", outcome_id="same"), NOW)
    handle_message(aggregate, RewardRegistered(reward_id="same"), NOW)
    assert aggregate.ticket.state is State.RESOLVED


def test_a_reward_registered_twice_ends_the_ticket_once() -> None:
    """R24: nothing is granted."""
    aggregate = an_aggregate()
    handle_message(aggregate, REGISTERED, NOW)
    handle_message(aggregate, REGISTERED, LATER)
    change_set = aggregate.collect_changes()
    assert [note.code for note in change_set.messages] == ["applied", "duplicate_message"]
    assert [move.actor for move in change_set.transitions] == ["platform"]
    assert aggregate.ticket.granted_amount is None


@pytest.mark.parametrize(
    ("outcome", "given", "reason"),
    [
        ("rejected", "not_new_customer", "not_new_customer"),
        ("rejected", None, "other"),
        ("order_cancelled", None, "order_cancelled"),
        ("order_cancelled", "other", "order_cancelled"),
    ],
)
def test_a_rejection_always_has_a_coded_reason(
    outcome: str, given: str | None, reason: str
) -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(outcome, reason_code=given), NOW)
    assert aggregate.ticket.reason_code == reason


QUIETLY: list[Message] = [
    *[message for message, _ in STRAY.values()],
    an_outcome("information_requested", partner_id="otherpartner"),
    Resend(request_id="req-7", actor="agent-7"),
    Delivered(reference="ref-2"),
    AttentionChanged(attention="delivery_retrying"),
    DeadlinePassed(),
]


@pytest.mark.parametrize("message", QUIETLY, ids=lambda message: type(message).__name__)
def test_a_stray_message_does_not_rewind_the_partners_deadline(message: Message) -> None:
    """R31: clocks run from the last move."""
    aggregate = an_aggregate()
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME
    handle_message(aggregate, message, NOW + timedelta(days=13))
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME


def test_the_partners_clock_starts_when_the_claim_is_accepted() -> None:
    """R31: a claim that cannot be delivered is overdue too."""
    aggregate = an_aggregate(State.VALIDATED)
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME
    next_delivery_purpose(aggregate)
    handle_message(aggregate, Delivered(), NOW + timedelta(days=10))
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME


@pytest.mark.parametrize("state", [State.VALIDATED, State.SENT_TO_PARTNER])
def test_a_silent_partner_asks_for_attention_once_and_stays(state: State) -> None:
    """R31: to the second, and not a second before."""
    aggregate = an_aggregate(state)
    due_at = NOW + PARTNERS_TIME
    assert handle_message(aggregate, DeadlinePassed(), due_at - timedelta(seconds=1)).is_log_only
    assert list(aggregate.ticket.attention) == []
    handle_message(aggregate, DeadlinePassed(), due_at)
    handle_message(aggregate, DeadlinePassed(), due_at + timedelta(days=1))
    change_set = aggregate.collect_changes()
    assert [(move.event, move.to) for move in change_set.transitions] == [
        (Event.PARTNER_SILENT, state)
    ]
    assert change_set.attention == (Attention.PARTNER_SILENT,)
    assert (change_set.emails, change_set.due_at) == ((), None)


def test_a_partner_that_answers_at_last_is_silent_no_more() -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, DeadlinePassed(), NOW + PARTNERS_TIME)
    handle_message(aggregate, an_outcome("confirmed"), NOW + timedelta(days=20))
    assert (aggregate.ticket.state, aggregate.ticket.attention) == (AWAITING, ())


def test_the_deadline_of_a_held_claim_does_not_lose_its_release() -> None:
    """R9: whoever looks first, the claim is sent by itself at that moment."""
    aggregate = an_aggregate(State.ON_HOLD)
    opens = NOW + timedelta(days=1)
    handle_message(aggregate, DeadlinePassed(), opens)
    assert aggregate.is_release_due(opens)


def test_the_end_of_the_cancellation_period_is_not_lost_with_its_deadline() -> None:
    """R33."""
    aggregate = an_aggregate(AWAITING)
    ends_at = aggregate.ticket.cancellation_ends_at
    assert ends_at is not None
    handle_message(aggregate, DeadlinePassed(), max(ends_at, NOW))
    assert aggregate.is_settlement_due(max(ends_at, NOW))


def test_a_repeated_acknowledgement_keeps_the_first_state_and_reference() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, Delivered(), LATER)
    assert (aggregate.ticket.state, aggregate.ticket.partner_reference) == (
        State.SENT_TO_PARTNER,
        "ref-1",
    )
    assert aggregate.collect_changes().transitions == ()


def test_what_is_kept_of_a_message_is_json() -> None:
    """R29: the desk reads it back."""
    aggregate = an_aggregate()
    outcome = an_outcome("confirmed", reward={"amount": "7", "currency": "PLN"})
    handle_message(aggregate, outcome, NOW)
    note = aggregate.collect_changes().messages[0]
    assert note.body["reward"] == {"amount": "7.00", "currency": "PLN"}
    assert PartnerOutcome.model_validate(note.body) == outcome
    assert (note.message, note.message_id, note.actor) == (
        "partner_outcome",
        "evt-1",
        "partner:velotel",
    )
