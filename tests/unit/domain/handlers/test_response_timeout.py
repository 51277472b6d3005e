"""What a partner's silence means: a person is asked, the claim is rejected, or confirmed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
    auto_confirmable_amount,
    market_month,
    timeout_changes,
)
from domain.partners.profile import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import Event, State
from tests.support.builders import NOW, PLN_40, a_partner, a_question, an_aggregate, an_outcome

DUE = NOW + timedelta(days=14, hours=1)  # over the end of summer time
SECOND = timedelta(seconds=1)
AWAITING = State.AWAITING_CANCELLATION_PERIOD
UNANSWERED = [State.VALIDATED, State.SENT_TO_PARTNER]
FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


def a_silent_partner(on_timeout: str, up_to: str = "50.00", **changes: Any) -> PartnerRules:
    """A partner whose profile says what its silence means."""
    caps = {"auto_confirm_max": pln(up_to), "auto_confirm_monthly_cap": pln("100.00")}
    return a_partner(response={"deadline": "P14D", "on_timeout": on_timeout, **caps}, **changes)


def silent(silence: str, state: State = State.SENT_TO_PARTNER, **changes: Any) -> TicketAggregate:
    """A ticket of a partner that says nothing."""
    return an_aggregate(state, a_silent_partner(silence), **changes)


def amount(aggregate: TicketAggregate, now: datetime = DUE) -> str | None:
    """The amount that silence would confirm now."""
    found = auto_confirmable_amount(aggregate, now)
    return str(found.amount) if found else None


@pytest.mark.parametrize("state", UNANSWERED)
def test_silence_asks_a_person_and_the_ticket_stays(state: State) -> None:
    """R31: no clock runs on, and the member gets no letter that says nothing."""
    aggregate = silent("escalate", state)
    handle_message(aggregate, DeadlinePassed(), DUE)
    change_set = aggregate.collect_changes()
    assert [(m.event, m.from_state, m.to) for m in change_set.transitions] == [
        (Event.PARTNER_SILENT, state, state)
    ]
    assert (change_set.attention, change_set.due_at) == ((Attention.PARTNER_SILENT,), None)
    assert change_set.emails == ()


@pytest.mark.parametrize("state", UNANSWERED)
def test_silence_rejects_with_its_reason_where_the_profile_says_so(state: State) -> None:
    """R34."""
    aggregate = silent("reject", state)
    handle_message(aggregate, DeadlinePassed(), DUE - SECOND)
    assert aggregate.ticket.state is state
    handle_message(aggregate, DeadlinePassed(), DUE)
    assert (aggregate.ticket.state, aggregate.ticket.reason_code) == (State.REJECTED, "no_answer")
    (letter,) = aggregate.collect_changes().emails
    assert (letter.kind, letter.params["reason_code"]) == (EmailKind.REJECTED, "no_answer")


@pytest.mark.parametrize("state", UNANSWERED)
def test_silence_confirms_under_the_tickets_cap_to_the_second(state: State) -> None:
    """R31: what it confirms waits for the end of the cancellation period like any other."""
    aggregate = silent("confirm", state)
    assert amount(aggregate, DUE - SECOND) is None
    assert amount(aggregate) == "40.00"
    apply_response_timeout(aggregate, DUE, TimeoutResult.CONFIRMED)
    assert (aggregate.ticket.state, aggregate.ticket.attention) == (AWAITING, ())
    change_set = aggregate.collect_changes()
    assert [move.event for move in change_set.transitions] == [Event.PARTNER_SILENT]
    assert [letter.kind for letter in change_set.emails] == [EmailKind.PARTNER_CONFIRMED]
    assert change_set.emails[0].params["amount"] == PLN_40
    assert aggregate.is_settlement_due(DUE)


def test_a_deadline_that_may_confirm_is_left_to_the_books() -> None:
    """They alone know what the partner's month still allows."""
    aggregate = silent("confirm")
    before = aggregate.ticket
    assert handle_message(aggregate, DeadlinePassed(), DUE).is_log_only
    assert aggregate.ticket == before


def test_over_the_month_the_books_have_a_person_asked() -> None:
    aggregate = silent("confirm")
    apply_response_timeout(aggregate, DUE, TimeoutResult.ESCALATED)
    assert (aggregate.ticket.state, aggregate.ticket.due_at) == (State.SENT_TO_PARTNER, None)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    assert amount(aggregate, DUE + timedelta(days=40)) is None


@pytest.mark.parametrize(
    ("promised", "confirmed"),
    [
        (pln("49.99"), "49.99"),
        (pln("50.00"), "50.00"),
        (pln("50.01"), None),
        (pln("500.01"), None),
        (pln("0.00"), None),
        ({"amount": "1.00", "currency": "EUR"}, None),
        (None, None),
    ],
)
def test_an_amount_over_the_cap_or_undecided_asks_a_person(
    promised: Any, confirmed: str | None
) -> None:
    """R21: silence decides nothing that a person must decide."""
    aggregate = silent("confirm", promised_amount=promised)
    assert amount(aggregate) == confirmed
    if confirmed is None:
        handle_message(aggregate, DeadlinePassed(), DUE)
        assert aggregate.ticket.state is State.SENT_TO_PARTNER
        assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
        assert aggregate.ticket.confirmed_amount is None


def test_an_unknown_end_of_the_cancellation_period_asks_a_person() -> None:
    """R32, R33."""
    aggregate = an_aggregate(partner=a_silent_partner("confirm", cancellation=FROM_ACTIVATION))
    assert amount(aggregate) is None
    handle_message(aggregate, DeadlinePassed(), DUE)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    told = {"activation": date(2026, 10, 2)}
    partner = a_silent_partner("confirm", cancellation=FROM_ACTIVATION)
    known = an_aggregate(partner=partner, anchor_dates=told)
    assert amount(known) == "40.00"


@pytest.mark.parametrize("silence", ["escalate", "reject"])
def test_silence_confirms_nothing_where_the_profile_does_not_say_so(silence: str) -> None:
    assert amount(silent(silence)) is None


@pytest.mark.parametrize("state", [state for state in State if state not in UNANSWERED])
def test_only_a_partner_that_owes_an_answer_can_be_silent(state: State) -> None:
    """R20: nobody waits for it before it is asked, nor after it has answered."""
    assert amount(silent("confirm", state), DUE + timedelta(days=400)) is None


@pytest.mark.parametrize("answer", [an_outcome(), an_outcome("rejected"), a_question()])
def test_a_partner_that_has_answered_is_not_silent(answer: Any) -> None:
    """R34."""
    aggregate = silent("confirm")
    handle_message(aggregate, answer, DUE - SECOND)
    assert amount(aggregate) is None


def test_what_is_foreseen_is_what_then_happens_and_changes_nothing_yet() -> None:
    for found in TimeoutResult:
        aggregate = silent("confirm")
        before = aggregate.ticket
        foretold = timeout_changes(aggregate.ticket, DUE)
        assert set(foretold) == set(TimeoutResult)
        assert aggregate.ticket == before
        apply_response_timeout(aggregate, DUE, found)
        assert aggregate.collect_changes() == foretold[found]


@pytest.mark.parametrize(
    ("now", "zone", "month"),
    [
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), "Europe/Warsaw", date(2026, 10, 1)),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "Europe/Warsaw", date(2026, 11, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Europe/Warsaw", date(2027, 1, 1)),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "Europe/London", date(2026, 10, 1)),
        (datetime(2026, 11, 1, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 10, 1)),
    ],
)
def test_the_month_of_a_cap_is_that_of_the_markets_calendar(
    now: datetime, zone: str, month: date
) -> None:
    market = {"time_zone": zone, "currency": "PLN", "language": "pl"}
    assert market_month(an_aggregate(partner=a_partner(market=market)).ticket, now) == month
