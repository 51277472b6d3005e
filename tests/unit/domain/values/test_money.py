"""Amounts in JSON: one spelling only."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values.money import Amount

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)


@given(st.text(st.sampled_from("0123456789.,_+-eE \u20ac\uff11\u0661"), max_size=8))
def test_an_amount_is_accepted_only_as_plain_decimal_digits(text: str) -> None:
    try:
        amount = AMOUNT.validate_python(text)
    except ValidationError:
        return
    assert text.isascii()
    assert text.replace(".", "").isdigit()
    assert amount == Decimal(text)


@pytest.mark.parametrize(
    "content",
    [
        *("1_0", "1e1", " 7", "7 ", "+7", "-5", "\uff17", "\u0667", "1.234", "1,5", ".5", "5.", ""),
        *(-1, 1.234, True, None, [], {}, 10**10, float("nan"), float("inf"), "12345678901"),
    ],
)
def test_an_amount_in_json_is_refused_in_any_other_spelling(content: Any) -> None:
    with pytest.raises(ValidationError, match=r"expected an amount such as 12\.50"):
        AMOUNT.validate_python(content)


@pytest.mark.parametrize(("content", "expected"), [("12.5", "12.50"), (7, "7.00"), (0.1, "0.10")])
def test_an_amount_in_json_is_text_or_a_number(content: Any, expected: str) -> None:
    assert str(AMOUNT.validate_python(content)) == expected
