"""Amounts of money."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from domain.values.types import FrozenModel

_CENT: Final = Decimal("0.01")
_AMOUNT: Final = r"[0-9]{1,10}(\.[0-9]{1,2})?"


def _normalize_currency(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise ValueError("expected a currency such as EUR")
    return value.upper()


Currency = Annotated[
    str,
    BeforeValidator(_normalize_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{3}$"}, mode="validation"),
]
"""An ISO 4217 code, in any case."""


def _reject_loose_amount(value: object) -> object:
    """Accept `12.50` only: pydantic would read `1_0`, `1e1`, ` +7 ` and digits of other scripts."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    text = format(Decimal(str(value)), "f") if is_number else value
    if not isinstance(text, str) or not re.fullmatch(_AMOUNT, text):
        raise ValueError("expected an amount such as 12.50")
    return text


Amount = Annotated[
    Decimal,
    BeforeValidator(_reject_loose_amount),
    AfterValidator(lambda amount: amount.quantize(_CENT)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_AMOUNT}$"},
                {"type": "number", "minimum": 0},
            ]
        },
        mode="validation",
    ),
]
"""An amount in the currency's unit with two decimals: `"12.50"`, or a number in JSON."""


class Money(FrozenModel):
    """An amount and its currency: `{"amount": "12.50", "currency": "PLN"}`."""

    amount: Amount
    currency: Currency
