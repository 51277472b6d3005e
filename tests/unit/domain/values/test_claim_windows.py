"""Claim windows and waiting periods, at both ends (R7-R9, R35)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import claim_windows
from tests.support.builders import WARSAW

DAYS = st.dates(date(2000, 1, 1), date(2190, 1, 1))


def warsaw(*parts: int) -> datetime:
    """A time in Warsaw, in UTC."""
    year, month, day, *time = parts
    return datetime(year, month, day, *time, tzinfo=WARSAW).astimezone(UTC)  # type: ignore[misc, arg-type]


@given(DAYS)
def test_the_window_ends_in_the_third_month_on_the_same_day_or_its_last(day: date) -> None:
    """R35: property over every day of two centuries."""
    last = claim_windows.last_claim_day(day, claim_windows.MAX_CLAIM_WINDOW)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == 3
    assert last.day == day.day or (last.day < day.day and (last + timedelta(days=1)).day == 1)


def test_forty_eight_hours_run_from_the_time_of_the_order() -> None:
    """R7, R8."""
    ordered_at = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
    opens = claim_windows.claimable_from(date(2026, 10, 1), ordered_at, "PT48H", WARSAW)
    assert opens == ordered_at + timedelta(hours=48)


def test_forty_eight_hours_run_from_the_end_of_the_day_if_only_the_day_is_known() -> None:
    """R7, R8."""
    opens = claim_windows.claimable_from(date(2026, 10, 1), None, "PT48H", WARSAW)
    assert opens == warsaw(2026, 10, 4)


def test_forty_eight_hours_stay_the_same_when_summer_time_ends() -> None:
    """R7, R8: 25 October has 25 hours."""
    opens = claim_windows.claimable_from(date(2026, 10, 24), None, "PT48H", WARSAW)
    assert opens == warsaw(2026, 10, 26, 23)


def test_a_waiting_period_may_be_longer_than_forty_eight_hours() -> None:
    """R8: a waiting period in days is counted on the calendar."""
    opens = claim_windows.claimable_from(date(2026, 10, 20), None, "P10D", WARSAW)
    assert opens == warsaw(2026, 10, 31)


@pytest.mark.parametrize("period", ["P3M", "P89D", "P2M", "P2M27D", "P1D", "P0D", "P12W"])
def test_a_window_of_three_months_or_less_is_allowed(period: str) -> None:
    """R35."""
    assert not claim_windows.exceeds_longest_window(period)


@pytest.mark.parametrize("period", ["P3M1D", "P90D", "P92D", "P4M", "P1Y", "P13W", "P2M30D"])
def test_a_window_that_may_exceed_three_months_is_not_allowed(period: str) -> None:
    """R35: from 1 February, ninety days are a day more than three months."""
    assert claim_windows.exceeds_longest_window(period)


@pytest.mark.parametrize(
    ("delay", "window", "never"),
    [
        ("PT48H", "P3M", False),
        ("PT48H", "P3D", False),
        ("PT48H", "P2D", True),
        ("P3M", "P3M", True),
        ("P80D", "P3M", False),
        ("P89D", "P3M", True),
        ("PT23H", "P1D", False),
        ("PT24H", "P1D", True),
    ],
)
def test_a_waiting_period_as_long_as_the_window_leaves_no_time(
    delay: str, window: str, never: bool
) -> None:
    """R9, R35: measured with the shortest three months, and from the end of the order's day."""
    assert claim_windows.never_claimable(delay, window, ZoneInfo("UTC")) is never
