"""Amounts of money."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from domain.values.input.conventions import conventions_of
from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import parse_amount
from domain.values.types import FrozenModel

_CENT: Final = Decimal("0.01")
_AMOUNT: Final = r"[0-9]{1,10}(\.[0-9]{1,2})?"


def _normalize_currency(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise InvalidInput("malformed_currency", "a currency such as EUR")
    return value.upper()


Currency = Annotated[
    str,
    BeforeValidator(_normalize_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{3}$"}, mode="validation"),
]
"""An ISO 4217 code, in any case."""


def _read_amount(value: object, info: ValidationInfo) -> object:
    """Read texts by our grammar: pydantic would read `1_0`, `1e1` and ` +7 `."""
    if isinstance(value, str):
        return parse_amount(value, conventions_of(info).currency)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not re.fullmatch(_AMOUNT, format(Decimal(str(value)), "f")):
        raise InvalidInput("malformed_number", "an amount such as 12.50")
    return format(Decimal(str(value)), "f")


Amount = Annotated[
    Decimal,
    BeforeValidator(_read_amount),
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
"""An amount in the currency's unit with two decimals: a text such as `"12.50"`, or a number."""


class Money(FrozenModel):
    """An amount and its currency: `{"amount": "12.50", "currency": "PLN"}`."""

    amount: Amount
    currency: Currency
