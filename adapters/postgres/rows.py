"""Rows of links, rewards and amounts, as the domain's models and back."""

from collections.abc import Mapping
from typing import Any

from domain.claims.rewards import Link, Reward
from domain.values.money import Money
from domain.values.stored import read_stored


def link_from_row(row: Mapping[str, Any]) -> Link:
    """Read a row of the links."""
    promised = money_from_row(row["promised_amount"], row["promised_currency"])
    return read_stored(Link, dict(row) | {"promised_reward": promised})


def reward_from_row(row: Mapping[str, Any]) -> Reward:
    """Read a row of the rewards."""
    return read_stored(
        Reward, dict(row) | {"amount": money_from_row(row["amount"], row["currency"])}
    )


def money_from_row(amount: Any, currency: Any) -> Money | None:
    """Read the two columns of an amount."""
    if amount is None:
        return None
    return read_stored(Money, {"amount": amount, "currency": currency})


def money_columns(name: str, money: Money | None) -> dict[str, Any]:
    """Return the two columns of an amount."""
    return {
        f"{name}_amount": money.amount if money else None,
        f"{name}_currency": money.currency if money else None,
    }
