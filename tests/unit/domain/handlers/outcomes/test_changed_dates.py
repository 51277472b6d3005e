"""Changes of the dates during the cancellation period, and repetitions."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_partner,
    an_outcome,
)
from tests.unit.domain.handlers.outcomes.confirmed_tickets import (
    ENDS,
    LATER,
    amount,
    confirmed,
    log_entries,
    midnight,
    pln,
)

FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}


@pytest.mark.parametrize(
    ("first", "stated", "ends_at"),
    [
        (ENDS, {"cancellation_ends_on": "2026-12-05"}, midnight(2026, 12, 6)),
        (ENDS, {"cancellation_ends_on": "2026-11-02"}, midnight(2026, 11, 3)),
        (ENDS, {"activated_on": "2026-11-03"}, midnight(2026, 11, 18)),
        ({"activated_on": "2026-10-05"}, {"activated_on": "2026-10-15"}, midnight(2026, 10, 30)),
        ({}, {"activated_on": "2026-10-15"}, midnight(2026, 10, 30)),
    ],
)
def test_changed_dates_replace_the_end_of_the_period(
    first: dict[str, str], stated: dict[str, str], ends_at: datetime
) -> None:
    """The latest message that names a date decides; the amount stays."""
    aggregate = confirmed(a_partner(cancellation=FROM_ACTIVATION), **first)
    handle_message(aggregate, an_outcome(**stated), LATER)
    assert aggregate.ticket.cancellation_ends_at == aggregate.ticket.due_at == ends_at
    assert (amount(aggregate.ticket), aggregate.ticket.attention) == ("40.00", ())
    assert len(aggregate.collect_changes().emails) == 1


def test_repeated_changes_never_move_the_end_past_the_maximum_of_the_profile() -> None:
    """R33: the maximum counts from the first confirmation."""
    aggregate = confirmed(
        a_partner(cancellation=FROM_ACTIVATION | {"max_period": "P30D"}),
        cancellation_ends_on="2026-10-30",
    )
    at = NOW
    for day in range(1, 4):
        at += timedelta(days=3)
        stated = an_outcome(outcome_id=str(day), cancellation_ends_on=f"2031-01-0{day}")
        handle_message(aggregate, stated, at)
    assert aggregate.ticket.cancellation_ends_at is not None
    assert aggregate.ticket.cancellation_ends_at <= NOW + timedelta(days=31)


@pytest.mark.parametrize(
    "stated", [{}, {"reward": PLN_40}, ENDS, ENDS | {"reward": PLN_40, "note": "as before"}]
)
def test_a_repeated_confirmation_changes_nothing(stated: dict[str, Any]) -> None:
    aggregate = confirmed(**ENDS)
    before = aggregate.ticket
    result = handle_message(aggregate, an_outcome(**stated), LATER)
    assert result.is_log_only
    assert aggregate.ticket.transitions == before.transitions
    assert aggregate.ticket.due_at == before.due_at
    assert log_entries(aggregate) == [("unchanged", False)]


def test_a_repeated_amount_that_an_agent_overruled_changes_nothing() -> None:
    aggregate = confirmed(reward=pln("900.00"), **ENDS)
    handle_message(aggregate, a_decision(reward=PLN_40), LATER)
    aggregate.collect_changes()
    handle_message(aggregate, an_outcome(reward=pln("900.00")), LATER)
    assert amount(aggregate.ticket) == "40.00"
    assert log_entries(aggregate) == [("unchanged", False)]
