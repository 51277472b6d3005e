"""The same text has the same meaning wherever it is entered, or is refused with an example."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values.text_cleaning import clean_text
from tests.support.builders import NUMBER
from tests.unit.gateway.readings import (
    AMOUNTS,
    DATES,
    MOMENTS,
    NUMBERS,
    ORDER_NUMBERS,
    TEXTS,
    TICKETS,
    Reading,
    Refused,
    moment,
)


def everywhere(kind: Mapping[str, Reading]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("reading", kind.values(), ids=kind)


EXAMPLE: Final = re.compile(r"(?:such as|for example) (?P<example>.+?)(?:[,:;] |: |\.?$)")


def refusal(reading: Reading, text: str) -> str:
    with pytest.raises(Refused) as caught:
        reading(text)
    return str(caught.value)


def assert_refused_with_an_example(reading: Reading, text: str) -> None:
    """The example is that of the field: it is accepted at the same place."""
    reply = refusal(reading, text)
    found = EXAMPLE.search(reply)
    assert found, reply
    example = found["example"].split(" or ")[0]
    assert reading(example), reply
    assert not re.search("Value error|Input should|Field required|pydantic|\\^", reply)


@everywhere(AMOUNTS)
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("12,50", "12.50"), ("12.5", "12.50"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56")),
        *(("24,90 €", "24.90"), ("EUR 24.90", "24.90"), ("1\u202f234,50", "1234.50")),
        *((" \uff11\uff12,50\u200b", "12.50"), ("1.234.567,89", "1234567.89")),
    ],
)
def test_an_amount(reading: Reading, typed: str, meant: str) -> None:
    assert reading(typed) == meant


@everywhere(AMOUNTS)
@pytest.mark.parametrize("typed", ["-5", "1_000", "1e3", "abc", "5 PLN", "1.23.4", "٤٠", "4²"])
def test_what_is_no_amount(reading: Reading, typed: str) -> None:
    assert_refused_with_an_example(reading, typed)


@everywhere(AMOUNTS)
@pytest.mark.parametrize("typed", ["1.000", "1,250", "1.234", "0,125"])
def test_an_amount_with_two_meanings(reading: Reading, typed: str) -> None:
    """Both are named."""
    assert re.search(r"write 1250 or 1\.25\b|[0-9]+ or [0-9]+\.[0-9]+, as", refusal(reading, typed))


@everywhere(AMOUNTS)
@pytest.mark.parametrize("typed", ["5 / 6", "24,90 und 30", "3; 4"])
def test_two_amounts_in_one_field(reading: Reading, typed: str) -> None:
    reply = refusal(reading, typed)
    assert re.search(r"one (?:number|amount)", reply)
    assert_refused_with_an_example(reading, typed)


@everywhere(DATES)
@pytest.mark.parametrize(
    "typed",
    ["2026-10-08", "8.10.2026", "08.10.2026", "8. 10. 2026", "08/10/2026", "8.10.2026\u00a0"],
)
def test_a_date(reading: Reading, typed: str) -> None:
    assert reading(typed) == "2026-10-08"


@everywhere(DATES)
@pytest.mark.parametrize(
    "typed", ["31.2.2026", "10/2026", "20261008", "1791532800", "soon", "8.10.1926"]
)
def test_what_is_no_date(reading: Reading, typed: str) -> None:
    reply = refusal(reading, typed)
    assert re.search(r"such as 2026-10-01|for example 16\.11\.2026|between 2000-01-01", reply)


@everywhere(DATES)
def test_a_year_of_two_digits_is_one_of_this_century_in_a_file_only(reading: Reading) -> None:
    """Spreadsheets save dates so (docs/decisions/0032); a form may ask for a date of birth."""
    if reading is DATES["file"]:
        assert reading("8.10.26") == "2026-10-08"
    else:
        assert "2026" in refusal(reading, "8.10.26")


@everywhere(MOMENTS)
@pytest.mark.parametrize("typed", ["8.10.2026 14.30", "2026-10-08 14:30", "08/10/2026 14:30"])
def test_a_moment_without_an_offset_is_in_the_zone_of_the_market(
    reading: Reading, typed: str
) -> None:
    assert reading(typed) == "2026-10-08T12:30:00+00:00"


@everywhere({name: one for name, one in MOMENTS.items() if "form" not in name})
@pytest.mark.parametrize(
    "typed",
    ["2026-10-08T14:30:00+02:00", "2026-10-08T12:30Z", "8.10.2026 14.30 +0200", "2026-10-08 14:30"],
)
def test_a_moment(reading: Reading, typed: str) -> None:
    assert reading(typed) == "2026-10-08T12:30:00+00:00"


@everywhere(MOMENTS)
@pytest.mark.parametrize(
    "typed",
    [
        "2026-10-08 14.3",
        "2026-10-08 1430",
        "2026-10-08 2pm",
        "2026-10-25 02:30",
        "2026-03-29 02:30",
    ],
)
def test_what_is_no_moment(reading: Reading, typed: str) -> None:
    """`14.30` was once three tenths of a second, and half past two occurs twice a year."""
    reply = refusal(reading, typed)
    assert re.search(r"such as (?:14:30|2026-10-01T10:00:00\+02:00)|for example 16\.11", reply)


@everywhere(NUMBERS)
@pytest.mark.parametrize("typed", ["10012345678", "100 1234 5678", "\uff1100 1234 5678\u200b"])
def test_a_number_in_groups(reading: Reading, typed: str) -> None:
    assert reading(typed) == "10012345678"


@everywhere(NUMBERS)
@pytest.mark.parametrize("typed", ["1001234567", "1_0012345678", "-10012345678", "100/1234/5678"])
def test_a_number_of_another_form(reading: Reading, typed: str) -> None:
    assert_refused_with_an_example(reading, typed)


@everywhere(ORDER_NUMBERS)
@pytest.mark.parametrize(
    "typed", ["VT-2231-9", "VT\u20112231\u20119", "VT-2231-9\u200b", "\u00a0vt\u22122231\u20139 "]
)
def test_an_order_number(reading: Reading, typed: str) -> None:
    assert reading(typed).upper() == "VT-2231-9"


@everywhere(ORDER_NUMBERS)
@pytest.mark.parametrize("typed", ["VT 22319", "2231-9", "VT-2231-9 VT-2231-8"])
def test_an_order_number_of_another_form(reading: Reading, typed: str) -> None:
    assert_refused_with_an_example(reading, typed)


@everywhere(TEXTS)
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  R 100\n\u200b ", "R 100"),
        ("Zażo\u0301\u0142ć\u00a0\u2014\u2060 gęślą", "Zażółć - gęślą"),
        ("two\r\nlines  \r\n\r\n", "two\nlines"),
    ],
)
def test_a_text(reading: Reading, typed: str, meant: str) -> None:
    assert reading(typed) == meant


@everywhere(TICKETS)
@pytest.mark.parametrize(
    "typed", [NUMBER, NUMBER.lower(), "4kq7 p9xt m2ab c", f"\u200b{NUMBER}\u00a0"]
)
def test_a_ticket_number(reading: Reading, typed: str) -> None:
    assert reading(typed) == NUMBER


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from([*TEXTS]))
def test_a_text_is_cleaned_once(typed: str, where: str) -> None:
    """What is shown to a person and entered again stays as it is."""
    if clean_text(typed):
        once = TEXTS[where](typed)
        assert once == "" or TEXTS[where](once) == once


@given(
    st.decimals("0.01", "9999999.99", places=2),
    st.sampled_from([("", "."), ("", ","), (".", ","), (",", "."), (" ", ","), ("\u202f", ",")]),
    st.sampled_from([*AMOUNTS]),
)
def test_an_amount_is_never_read_as_another_one(
    meant: Decimal, signs: tuple[str, str], where: str
) -> None:
    group, point = signs
    typed = f"{meant:,.2f}".replace(",", "_").replace(".", point).replace("_", group)
    assert AMOUNTS[where](typed) == f"{meant:.2f}"


@given(
    st.dates(date(2026, 9, 30), date(2026, 10, 18)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"]),
    st.sampled_from([*DATES]),
)
def test_a_date_is_never_read_as_another_one(meant: date, pattern: str, where: str) -> None:
    assert DATES[where](meant.strftime(pattern)) == meant.isoformat()


@given(
    st.integers(0, 19 * 24 * 60 - 1).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from(["%Y-%m-%d %H:%M", "%d.%m.%Y %H.%M", "%d/%m/%Y %H:%M"]),
    st.sampled_from([*MOMENTS]),
)
def test_a_moment_is_never_read_as_another_one(later: timedelta, pattern: str, where: str) -> None:
    meant = datetime(2026, 10, 1, tzinfo=ZoneInfo("Europe/Berlin")) + later
    assert MOMENTS[where](meant.strftime(pattern)) == moment(meant)
