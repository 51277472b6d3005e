"""Amounts of money in requests and responses."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.values.money import Amount, Currency, Money

_AMOUNT: Final = r"^[0-9]{1,10}(\.[0-9]{1,2})?$"
_CURRENCY: Final = r"^[A-Za-z]{3}$"


def _matching(pattern: str, expected: str) -> BeforeValidator:
    """Accept only text of this pattern."""

    def check(value: object) -> object:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "expected text")
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("string_pattern_mismatch", f"expected {expected}")
        return value

    return BeforeValidator(check)


class MonetaryAmount(Money):
    """An amount with its currency. The amount is text: JSON numbers are not exact everywhere."""

    amount: Annotated[
        Amount,
        WithJsonSchema({"type": "string", "pattern": _AMOUNT}),
        _matching(_AMOUNT, "an amount such as 12.50"),
        Field(examples=["40.00"]),
    ]
    currency: Annotated[
        Currency,
        WithJsonSchema({"type": "string", "pattern": _CURRENCY}),
        _matching(_CURRENCY, "a currency such as EUR"),
        Field(examples=["PLN"]),
    ]
