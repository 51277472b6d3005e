"""Dates and times as people write them; ambiguous ones are refused."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from domain.values.input.date_input import parse_date, parse_instant, parse_time
from domain.values.input.invalid_input import InvalidInput

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("written", ["2026-11-08", "8.11.2026", "08. 11. 2026", "08/11/2026"])
def test_a_date_is_parsed_as_the_market_writes_it(written: str) -> None:
    assert parse_date(written, is_day_first=True) == date(2026, 11, 8)


@pytest.mark.parametrize(
    "written",
    ["8/11/2026", "20261108", "8.11.26", "2026-11-8", "31.2.2026", "2026-11-08T10:00", ""],
)
def test_an_ambiguous_or_malformed_date_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match=r"a date such as 2026-10-01 or 1\.10\.2026"):
        parse_date(written)


@pytest.mark.parametrize(
    ("written", "expected"), [("14:30", (14, 30)), ("14.30", (14, 30)), ("9:05", (9, 5))]
)
def test_a_time_has_a_colon_or_a_point(written: str, expected: tuple[int, int]) -> None:
    assert parse_time(written) == time(*expected)


@pytest.mark.parametrize("written", ["14", "1430", "14.3", "24:00", "14:30+02:00", "2 pm", ""])
def test_an_ambiguous_or_malformed_time_is_refused(written: str) -> None:
    """`14.3` could mean 14:03, 14:18 or 14:30."""
    with pytest.raises(InvalidInput, match="a time such as 14:30"):
        parse_time(written)


def test_a_time_without_an_offset_is_in_the_time_zone_of_the_market() -> None:
    for written in ("2026-11-08 14:30", "8.11.2026 14.30", "2026-11-08T14:30:00"):
        assert parse_instant(written, BERLIN).isoformat() == "2026-11-08T14:30:00+01:00"


@pytest.mark.parametrize("written", ["2026-10-25 02:30", "2026-03-29 02:30", "2026-11-08"])
def test_a_local_time_that_is_missing_or_occurs_twice_is_refused(written: str) -> None:
    """When summer time ends, an hour occurs twice; when it begins, one is missing."""
    with pytest.raises(InvalidInput, match="an instant such as"):
        parse_instant(written, BERLIN)
