"""The amount of a confirmation."""

import pytest

from domain.handlers.outcomes.confirmation import evaluate_confirmation
from domain.tickets.attention import Attention
from domain.values.money import Money
from tests.support.builders import NOW, PLN_40, a_new_ticket, an_outcome
from tests.unit.domain.handlers.outcomes.counted_tickets import AMOUNT


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


@pytest.mark.parametrize(
    ("promised", "stated", "amount", "attention"),
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
    stated: dict[str, str] | None,
    amount: str | None,
    attention: list[Attention],
) -> None:
    """R21: without a valid amount, a person decides."""
    confirmation = evaluate_confirmation(
        a_new_ticket(promised_amount=promised), NOW, an_outcome(reward=stated)
    )
    assert confirmation.amount == (Money.model_validate(pln(amount)) if amount else None)
    assert list(confirmation.attention) == attention


def test_an_agents_amount_may_be_above_the_maximum() -> None:
    reward = Money.model_validate(pln("800.00"))
    assert (
        evaluate_confirmation(a_new_ticket(promised_amount=None), NOW, reward=reward).amount
        == reward
    )
