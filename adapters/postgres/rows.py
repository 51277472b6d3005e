"""Rows of links, rewards and amounts, as the domain's models and back."""

from collections.abc import Mapping
from typing import Any

from domain.claims.rewards import Link, Reward
from domain.values.money import Money


def link_from_row(row: Mapping[str, Any]) -> Link:
    """Read a row of the links."""
    promised = money_from_row(row["promised_amount"], row["promised_currency"])
    return Link.model_validate(dict(row) | {"promised_reward": promised})


def reward_from_row(row: Mapping[str, Any]) -> Reward:
    """Read a row of the rewards."""
    return Reward.model_validate(
        dict(row) | {"amount": money_from_row(row["amount"], row["currency"])}
    )


def money_from_row(amount: Any, currency: Any) -> Money | None:
    """Read the two columns of an amount."""
    return Money(amount=amount, currency=currency) if amount is not None else None


def money_columns(name: str, money: Money | None) -> dict[str, Any]:
    """Return the two columns of an amount."""
    return {
        f"{name}_amount": money.amount if money else None,
        f"{name}_currency": money.currency if money else None,
    }
