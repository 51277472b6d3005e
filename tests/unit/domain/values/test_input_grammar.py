"""Numbers, amounts, days and times: one strict grammar, and nothing read as what it may not be."""

from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values.date_input import parse_date, parse_local_datetime, parse_time
from domain.values.invalid_input import InvalidInput
from domain.values.money import Amount
from domain.values.number_input import normalize_number, parse_amount

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "read"),
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
def test_a_number_is_read_as_the_market_writes_it(written: str, read: str) -> None:
    """And what was read once reads the same again."""
    assert normalize_number(written, "EUR") == normalize_number(read, "EUR") == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((one, "ambiguous_number") for one in ("1.000", "1,250", "1.234", "0,125", "1 234,567")),
        *((one, "several_numbers") for one in ("12 34", "10/20", "3; 4", "24,90 und 30", "1, 2")),
        *((one, "malformed_number") for one in ("", "+7", "-5", "\u22125", "1_0", "1e1", "0x10")),
        *((one, "malformed_number") for one in (".5", "5.", "1.23.4", "1,234,56", "1'000", "NaN")),
        *((one, "malformed_number") for one in ("5\u00b2", "\u00bd", "\u2460", "\u0665", "9" * 31)),
        *((one, "malformed_number") for one in ("24,90 z\u0142", "USD 5", "abc", "5 EUR PLN")),
    ],
)
def test_what_is_no_number_or_may_be_two_is_refused(written: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        normalize_number(written, "EUR")
    assert caught.value.code == code


def test_both_readings_of_a_number_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"expected 1250 or 1\.25, as 1\.250 can mean either"):
        parse_amount("1.250", "EUR")


def test_a_number_that_is_counted_off_in_groups_is_one() -> None:
    assert normalize_number("100 1234 5678", groups=True) == "10012345678"
    with pytest.raises(InvalidInput, match="not several"):
        normalize_number("1 2", groups=True)


@given(st.decimals(0, 9_999_999_999, places=2), st.sampled_from([".", ",", " "]))
def test_every_amount_is_read_in_every_usual_spelling(amount: Decimal, group: str) -> None:
    """Or refused, and never another one."""
    decimal = "." if group == "," else ","
    american = f"{amount:,.2f}"
    written = american.replace(",", "_").replace(".", decimal).replace("_", group)
    assert parse_amount(written, "PLN") == amount
    assert AMOUNT.validate_python(f"{amount:.2f}") == amount


@given(st.text(st.sampled_from("0123456789.,_+-eE \u20ac\uff11\u0661"), max_size=8))
def test_machines_write_amounts_in_one_way(text: str) -> None:
    try:
        read = AMOUNT.validate_python(text)
    except ValidationError:
        return
    assert text.isascii()
    assert text.replace(".", "").isdigit()
    assert read == Decimal(text)


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


@pytest.mark.parametrize(("content", "read"), [("12.5", "12.50"), (7, "7.00"), (0.1, "0.10")])
def test_an_amount_in_json_is_text_or_a_number(content: Any, read: str) -> None:
    assert str(AMOUNT.validate_python(content)) == read


@pytest.mark.parametrize("written", ["2026-11-08", "8.11.2026", "08. 11. 2026", "08/11/2026"])
def test_a_day_is_read_as_the_market_writes_it(written: str) -> None:
    assert parse_date(written, is_day_first=True) == date(2026, 11, 8)


@pytest.mark.parametrize(
    "written",
    ["8/11/2026", "20261108", "8.11.26", "2026-11-8", "31.2.2026", "2026-11-08T10:00", ""],
)
def test_a_day_that_may_be_another_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match=r"a date such as 2026-10-01 or 1\.10\.2026"):
        parse_date(written)


@pytest.mark.parametrize(
    ("written", "read"), [("14:30", (14, 30)), ("14.30", (14, 30)), ("9:05", (9, 5))]
)
def test_a_time_has_a_colon_or_a_point(written: str, read: tuple[int, int]) -> None:
    assert parse_time(written) == time(*read)


@pytest.mark.parametrize("written", ["14", "1430", "14.3", "24:00", "14:30+02:00", "2 pm", ""])
def test_a_time_that_may_be_another_is_refused(written: str) -> None:
    """`14.3` once was three tenths of a second past two."""
    with pytest.raises(InvalidInput, match="a time such as 14:30"):
        parse_time(written)


def test_a_moment_without_an_offset_is_that_of_the_market() -> None:
    for written in ("2026-11-08 14:30", "8.11.2026 14.30", "2026-11-08T14:30:00"):
        assert parse_local_datetime(written, BERLIN).isoformat() == "2026-11-08T14:30:00+01:00"


@pytest.mark.parametrize("written", ["2026-10-25 02:30", "2026-03-29 02:30", "2026-11-08"])
def test_a_moment_that_is_none_or_two_is_refused(written: str) -> None:
    """Where the clocks are put back, an hour comes twice; where they go on, one is missing."""
    with pytest.raises(InvalidInput, match="an instant such as"):
        parse_local_datetime(written, BERLIN)
