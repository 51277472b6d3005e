"""Numbers and amounts as people write them; ambiguous ones are refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import normalize_number, parse_amount
from domain.values.money import Amount

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12", "12"),
        ("007", "007"),
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234\u00a0567", "1234567"),
        ("1.234.567", "1234567"),
        ("24,90 \u20ac", "24.90"),
        ("EUR 24.90", "24.90"),
        ("\uff11\uff12,\uff15", "12.5"),
        ("12.3456", "12.3456"),
        ("1.234.567,891", "1234567.8910"),
    ],
)
def test_a_number_is_normalized_from_every_usual_spelling(written: str, expected: str) -> None:
    """A normalized number does not change."""
    assert normalize_number(written, "EUR") == normalize_number(expected, "EUR") == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((text, "ambiguous_number") for text in ("1.000", "1,250", "1.234", "0,125", "1 234,567")),
        *((text, "several_numbers") for text in ("12 34", "10/20", "3; 4", "24,90 und 30", "1, 2")),
        *((text, "malformed_number") for text in ("", "+7", "-5", "\u22125", "1_0", "1e1", "0x10")),
        *(
            (text, "malformed_number")
            for text in (".5", "5.", "1.23.4", "1,234,56", "1'000", "NaN")
        ),
        *(
            (text, "malformed_number")
            for text in ("5\u00b2", "\u00bd", "\u2460", "\u0665", "9" * 31)
        ),
        *((text, "malformed_number") for text in ("24,90 z\u0142", "USD 5", "abc", "5 EUR PLN")),
    ],
)
def test_an_ambiguous_or_malformed_number_is_refused(written: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        normalize_number(written, "EUR")
    assert caught.value.code == code


def test_the_error_names_both_meanings_of_an_ambiguous_number() -> None:
    with pytest.raises(InvalidInput, match=r"expected 1250 or 1\.25, as 1\.250 can mean either"):
        parse_amount("1.250", "EUR")


def test_a_number_in_groups_of_digits_is_one_number() -> None:
    assert normalize_number("100 1234 5678", groups=True) == "10012345678"
    with pytest.raises(InvalidInput, match="not several"):
        normalize_number("1 2", groups=True)


@given(st.decimals(0, 9_999_999_999, places=2), st.sampled_from([".", ",", " "]))
def test_every_amount_is_parsed_from_every_usual_spelling(amount: Decimal, group: str) -> None:
    decimal = "." if group == "," else ","
    american = f"{amount:,.2f}"
    written = american.replace(",", "_").replace(".", decimal).replace("_", group)
    assert parse_amount(written, "PLN") == amount
    assert AMOUNT.validate_python(f"{amount:.2f}") == amount
