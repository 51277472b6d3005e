"""What a confirmation is worth, and when its order can no longer be cancelled (R31-R33)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from domain.handlers.outcomes.confirmation import evaluate_confirmation
from domain.tickets.attention import Attention
from domain.tickets.ticket import Ticket
from domain.values.types import Money
from tests.support.builders import NOW, PLN_40, WARSAW, a_new_ticket, a_partner, an_outcome

AMOUNT = [Attention.AMOUNT_UNDECIDED]
END = [Attention.CANCELLATION_END_UNKNOWN]


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


def a_ticket_counting(
    starts_from: str, period: str = "P14D", max_period: str = "P6M", **changes: Any
) -> Ticket:
    """A ticket whose cancellation period runs from `starts_from`."""
    terms = {"period": period, "starts_from": starts_from, "max_period": max_period}
    return a_new_ticket(a_partner(cancellation=terms), **changes)


def midnight(year: int, month: int, day: int) -> datetime:
    """The beginning of a day in Warsaw."""
    return datetime(year, month, day, tzinfo=WARSAW).astimezone(UTC)


@pytest.mark.parametrize(
    ("promised", "told", "amount", "attention"),
    [
        (PLN_40, None, "40.00", []),
        (PLN_40, pln("55.50"), "55.50", []),
        (PLN_40, pln("12.00"), "12.00", []),
        (PLN_40, pln("0.01"), "0.01", []),
        (PLN_40, pln("500.00"), "500.00", []),
        (PLN_40, pln("500.01"), None, AMOUNT),
        (PLN_40, pln("0.00"), None, AMOUNT),
        (PLN_40, {"amount": "40.00", "currency": "EUR"}, None, AMOUNT),
        (None, pln("12.00"), "12.00", []),
        (None, None, None, AMOUNT),
        (pln("500.01"), None, None, AMOUNT),
        ({"amount": "40.00", "currency": "EUR"}, None, None, AMOUNT),
    ],
)
def test_the_partners_amount_wins_up_to_the_maximum_else_the_promised_one(
    promised: dict[str, str] | None,
    told: dict[str, str] | None,
    amount: str | None,
    attention: list[Attention],
) -> None:
    """R21: none, more than the maximum, or another currency: a person decides."""
    worth = evaluate_confirmation(
        a_new_ticket(promised_amount=promised), NOW, an_outcome(reward=told)
    )
    assert worth.amount == (Money.model_validate(pln(amount)) if amount else None)
    assert list(worth.attention) == attention


def test_an_agents_amount_stands_also_above_the_maximum() -> None:
    reward = Money.model_validate(pln("800.00"))
    assert (
        evaluate_confirmation(a_new_ticket(promised_amount=None), NOW, reward=reward).amount
        == reward
    )


@pytest.mark.parametrize(
    ("ticket", "told", "ends_at"),
    [
        (a_ticket_counting("order"), {}, midnight(2026, 10, 16)),
        (a_ticket_counting("order", "P1M"), {}, midnight(2026, 11, 2)),
        (
            a_ticket_counting("activation"),
            {"activated_on": "2026-10-12"},
            midnight(2026, 10, 27),
        ),
        (
            a_ticket_counting("activation", anchor_dates={"activation": date(2026, 10, 11)}),
            {},
            midnight(2026, 10, 26),
        ),
        (
            a_ticket_counting("activation", anchor_dates={"activation": date(2026, 10, 11)}),
            {"activated_on": "2026-10-12"},
            midnight(2026, 10, 27),
        ),
        (
            a_ticket_counting("contract_start"),
            {"contract_started_on": "2026-11-01"},
            midnight(2026, 11, 16),
        ),
        (
            a_ticket_counting("contract_start", anchor_dates={"contract_start": date(2026, 11, 2)}),
            {"activated_on": "2026-10-12"},
            midnight(2026, 11, 17),
        ),
        (
            a_ticket_counting("contract_start"),
            {"cancellation_ends_on": "2026-11-30", "contract_started_on": "2026-11-01"},
            midnight(2026, 12, 1),
        ),
        (
            a_ticket_counting("contract_start"),
            {"cancellation_ends_on": "2026-11-30"},
            midnight(2026, 12, 1),
        ),
    ],
)
def test_the_period_ends_as_the_partner_says_else_counts_from_its_anchor(
    ticket: Ticket, told: dict[str, str], ends_at: datetime
) -> None:
    """R32, R33: explicit end, the outcome's date, the member's; midnight after the last day."""
    worth = evaluate_confirmation(ticket, NOW, an_outcome(**told))
    assert worth.ends_at == ends_at
    assert worth.attention == ()


@pytest.mark.parametrize(
    ("starts_from", "told"),
    [
        ("activation", {}),
        ("contract_start", {}),
        ("activation", {"contract_started_on": "2026-11-01"}),
        ("contract_start", {"activated_on": "2026-11-01"}),
    ],
)
def test_where_the_anchor_is_unknown_a_person_decides(
    starts_from: str, told: dict[str, str]
) -> None:
    """R32, R33."""
    worth = evaluate_confirmation(a_ticket_counting(starts_from), NOW, an_outcome(**told))
    assert worth.ends_at is None
    assert list(worth.attention) == END


def test_an_unknown_amount_and_an_unknown_end_are_both_named() -> None:
    worth = evaluate_confirmation(
        a_ticket_counting("activation", promised_amount=None), NOW, an_outcome()
    )
    assert list(worth.attention) == AMOUNT + END


@pytest.mark.parametrize(
    ("told", "period"),
    [({"cancellation_ends_on": "2031-01-01"}, "P14D"), ({}, "P2Y")],
    ids=["told", "counted"],
)
def test_the_end_is_never_later_than_the_profiles_bound(told: dict[str, str], period: str) -> None:
    """R33: counted from the confirmation."""
    ticket = a_ticket_counting("order", period, max_period="P30D")
    worth = evaluate_confirmation(ticket, NOW, an_outcome(**told))
    assert worth.ends_at is not None
    assert NOW + timedelta(days=30) <= worth.ends_at <= NOW + timedelta(days=31)


def test_a_period_that_is_already_over_keeps_its_past_end() -> None:
    """R33: it still passes through its state, without waiting."""
    for told in ({}, {"cancellation_ends_on": "2026-10-01"}):
        ends_at = evaluate_confirmation(a_ticket_counting("order"), NOW, an_outcome(**told)).ends_at
        assert ends_at is not None
        assert ends_at < NOW


def test_a_period_in_seconds_runs_from_the_time_of_the_order() -> None:
    """R33."""
    at = NOW - timedelta(seconds=30)
    ticket = a_ticket_counting("order", "PT90S", ordered_at=at)
    assert evaluate_confirmation(ticket, NOW, an_outcome()).ends_at == at + timedelta(seconds=90)


def test_an_agents_confirmation_counts_from_what_is_known() -> None:
    """R33: no outcome, so the order's day or the member's answer."""
    assert evaluate_confirmation(a_ticket_counting("order"), NOW).ends_at == midnight(2026, 10, 16)
    answered = a_ticket_counting("activation", anchor_dates={"activation": date(2026, 10, 11)})
    assert evaluate_confirmation(answered, NOW).ends_at == midnight(2026, 10, 26)
    assert evaluate_confirmation(a_ticket_counting("activation"), NOW).ends_at is None


def test_a_period_from_the_order_ends_by_its_day_whatever_its_hour() -> None:
    """R33: with or without a time, fourteen days are fourteen days."""
    late = datetime(2026, 10, 1, 21, 59, tzinfo=UTC)
    ticket = a_ticket_counting("order", ordered_at=late)
    assert evaluate_confirmation(ticket, NOW, an_outcome()).ends_at == midnight(2026, 10, 16)


def test_a_contract_that_starts_later_ends_later() -> None:
    """R31, R32."""
    ticket = a_ticket_counting("contract_start")
    ends = [
        evaluate_confirmation(
            ticket, NOW, an_outcome(contract_started_on=f"2026-11-{day:02}")
        ).ends_at
        for day in range(1, 29)
    ]
    assert all(one and other and one < other for one, other in pairwise(ends))
