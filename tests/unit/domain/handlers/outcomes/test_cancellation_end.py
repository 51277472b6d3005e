"""The end of the cancellation period, stated or counted."""

from datetime import date, datetime

import pytest

from domain.handlers.outcomes.confirmation import evaluate_confirmation
from domain.tickets.attention import Attention
from domain.tickets.ticket import Ticket
from tests.support.builders import NOW, an_outcome
from tests.unit.domain.handlers.outcomes.counted_tickets import AMOUNT, a_ticket_counting, midnight

END = [Attention.CANCELLATION_END_UNKNOWN]


@pytest.mark.parametrize(
    ("ticket", "stated", "ends_at"),
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
def test_the_period_ends_on_the_partners_date_else_counts_from_its_anchor(
    ticket: Ticket, stated: dict[str, str], ends_at: datetime
) -> None:
    """R32, R33: the partner's end, its anchor, the member's; at midnight after the last day."""
    confirmation = evaluate_confirmation(ticket, NOW, an_outcome(**stated))
    assert confirmation.ends_at == ends_at
    assert confirmation.attention == ()


@pytest.mark.parametrize(
    ("starts_from", "stated"),
    [
        ("activation", {}),
        ("contract_start", {}),
        ("activation", {"contract_started_on": "2026-11-01"}),
        ("contract_start", {"activated_on": "2026-11-01"}),
    ],
)
def test_if_the_anchor_is_unknown_a_person_decides(
    starts_from: str, stated: dict[str, str]
) -> None:
    """R32, R33."""
    confirmation = evaluate_confirmation(a_ticket_counting(starts_from), NOW, an_outcome(**stated))
    assert confirmation.ends_at is None
    assert list(confirmation.attention) == END


def test_an_unknown_amount_and_an_unknown_end_are_both_named() -> None:
    confirmation = evaluate_confirmation(
        a_ticket_counting("activation", promised_amount=None), NOW, an_outcome()
    )
    assert list(confirmation.attention) == AMOUNT + END
