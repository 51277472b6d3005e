"""Amounts in messages: texts as people write them, and numbers of JSON."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values.money import Amount

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)


@given(st.text(st.sampled_from("0123456789.,_+-eE \u20ac\uff11\u0661"), max_size=8))
def test_a_text_that_a_program_could_read_otherwise_is_no_amount(text: str) -> None:
    """What `Decimal` reads as another number is refused."""
    try:
        amount = AMOUNT.validate_python(text)
    except ValidationError:
        return
    try:
        assert amount == Decimal(text)
    except ArithmeticError:
        assert "," in text or " " in text or text.count(".") > 1


@pytest.mark.parametrize(
    "content",
    [
        *("1_0", "1e1", "+7", "-5", "\u0667", ".5", "5.", "", "5 EUR", "12345678901"),
        *(-1, 1.234, True, None, [], {}, 10**10, float("nan"), float("inf")),
    ],
)
def test_anything_else_is_no_amount(content: Any) -> None:
    with pytest.raises(ValidationError, match=r"expected an amount such as 12\.50"):
        AMOUNT.validate_python(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        *(("12.5", "12.50"), ("12,5", "12.50"), (" 7 ", "7.00"), ("\uff17", "7.00")),
        *(("1.234,50", "1234.50"), ("1,234.50", "1234.50"), (7, "7.00"), (0.1, "0.10")),
    ],
)
def test_an_amount_is_a_text_or_a_number(content: Any, expected: str) -> None:
    assert str(AMOUNT.validate_python(content)) == expected
