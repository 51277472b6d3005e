"""When a claim is confirmed automatically, and when not."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import State
from tests.support.builders import a_question, an_aggregate, an_outcome
from tests.unit.domain.handlers.deadlines.unresponsive_partners import (
    DUE,
    SECOND,
    UNANSWERED,
    amount,
    an_unresponsive_partner,
    pln,
    unanswered,
)

FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}


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
def test_an_amount_over_the_cap_or_undecided_needs_a_person(
    promised: Any, confirmed: str | None
) -> None:
    """R21: a time-out decides nothing that a person must decide."""
    aggregate = unanswered("confirm", promised_amount=promised)
    assert amount(aggregate) == confirmed
    if confirmed is None:
        handle_message(aggregate, DeadlinePassed(), DUE)
        assert aggregate.ticket.state is State.SENT_TO_PARTNER
        assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
        assert aggregate.ticket.confirmed_amount is None


def test_an_unknown_end_of_the_cancellation_period_needs_a_person() -> None:
    """R32, R33."""
    aggregate = an_aggregate(
        partner=an_unresponsive_partner("confirm", cancellation=FROM_ACTIVATION)
    )
    assert amount(aggregate) is None
    handle_message(aggregate, DeadlinePassed(), DUE)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    dates = {"activation": date(2026, 10, 2)}
    partner = an_unresponsive_partner("confirm", cancellation=FROM_ACTIVATION)
    known = an_aggregate(partner=partner, anchor_dates=dates)
    assert amount(known) == "40.00"


@pytest.mark.parametrize("on_timeout", ["escalate", "reject"])
def test_nothing_is_confirmed_automatically_unless_the_profile_allows_it(on_timeout: str) -> None:
    assert amount(unanswered(on_timeout)) is None


@pytest.mark.parametrize("state", [state for state in State if state not in UNANSWERED])
def test_only_a_partner_that_must_answer_can_time_out(state: State) -> None:
    """R20: neither before it has the claim nor after its answer."""
    assert amount(unanswered("confirm", state), DUE + timedelta(days=400)) is None


@pytest.mark.parametrize("answer", [an_outcome(), an_outcome("rejected"), a_question()])
def test_a_partner_that_has_answered_does_not_time_out(answer: Any) -> None:
    """R34."""
    aggregate = unanswered("confirm")
    handle_message(aggregate, answer, DUE - SECOND)
    assert amount(aggregate) is None
