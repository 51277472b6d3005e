"""Limits of the cancellation period."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from domain.handlers.outcomes.confirmation import evaluate_confirmation
from tests.support.builders import NOW, an_outcome
from tests.unit.domain.handlers.outcomes.counted_tickets import a_ticket_counting, midnight


@pytest.mark.parametrize(
    ("stated", "period"),
    [({"cancellation_ends_on": "2031-01-01"}, "P14D"), ({}, "P2Y")],
    ids=["stated", "counted"],
)
def test_the_end_is_never_later_than_the_maximum_of_the_profile(
    stated: dict[str, str], period: str
) -> None:
    """R33: counted from the confirmation."""
    ticket = a_ticket_counting("order", period, max_period="P30D")
    confirmation = evaluate_confirmation(ticket, NOW, an_outcome(**stated))
    assert confirmation.ends_at is not None
    assert NOW + timedelta(days=30) <= confirmation.ends_at <= NOW + timedelta(days=31)


def test_a_period_that_is_already_over_keeps_its_past_end() -> None:
    """R33: the ticket still passes through the state, without waiting."""
    for stated in ({}, {"cancellation_ends_on": "2026-10-01"}):
        ends_at = evaluate_confirmation(
            a_ticket_counting("order"), NOW, an_outcome(**stated)
        ).ends_at
        assert ends_at is not None
        assert ends_at < NOW


def test_a_period_in_seconds_runs_from_the_time_of_the_order() -> None:
    """R33."""
    at = NOW - timedelta(seconds=30)
    ticket = a_ticket_counting("order", "PT90S", ordered_at=at)
    assert evaluate_confirmation(ticket, NOW, an_outcome()).ends_at == at + timedelta(seconds=90)


def test_the_period_of_an_agents_confirmation_counts_from_the_known_anchor() -> None:
    """R33: without an outcome, that is the order's day or the member's answer."""
    assert evaluate_confirmation(a_ticket_counting("order"), NOW).ends_at == midnight(2026, 10, 16)
    answered = a_ticket_counting("activation", anchor_dates={"activation": date(2026, 10, 11)})
    assert evaluate_confirmation(answered, NOW).ends_at == midnight(2026, 10, 26)
    assert evaluate_confirmation(a_ticket_counting("activation"), NOW).ends_at is None


def test_a_period_from_the_order_counts_from_its_day_whatever_its_hour() -> None:
    """R33: with or without a time of day, fourteen days are the same."""
    late = datetime(2026, 10, 1, 21, 59, tzinfo=UTC)
    ticket = a_ticket_counting("order", ordered_at=late)
    assert evaluate_confirmation(ticket, NOW, an_outcome()).ends_at == midnight(2026, 10, 16)


def test_the_period_of_a_later_contract_ends_later() -> None:
    """R31, R32."""
    ticket = a_ticket_counting("contract_start")
    ends = [
        evaluate_confirmation(
            ticket, NOW, an_outcome(contract_started_on=f"2026-11-{day:02}")
        ).ends_at
        for day in range(1, 29)
    ]
    assert all(early and late and early < late for early, late in pairwise(ends))
