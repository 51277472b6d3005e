"""Change sets that are computed before the result of a time-out is known."""

from datetime import UTC, date, datetime

import pytest

from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
    market_month,
    timeout_changes,
)
from tests.support.builders import a_partner, an_aggregate
from tests.unit.domain.handlers.deadlines.unresponsive_partners import DUE, unanswered


def test_the_precomputed_change_sets_are_those_of_each_result() -> None:
    for result in TimeoutResult:
        aggregate = unanswered("confirm")
        before = aggregate.ticket
        predicted = timeout_changes(aggregate.ticket, DUE)
        assert set(predicted) == set(TimeoutResult)
        assert aggregate.ticket == before
        apply_response_timeout(aggregate, DUE, result)
        assert aggregate.collect_changes() == predicted[result]


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
