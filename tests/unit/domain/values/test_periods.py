"""Periods: calendar months, days of the market, summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values import periods
from domain.values.periods import Period
from tests.support.builders import WARSAW

PERIOD: TypeAdapter[str] = TypeAdapter(Period)
DAYS = st.dates(date(2000, 1, 1), date(2190, 1, 1))
INSTANTS = st.datetimes(datetime(2000, 1, 2), datetime(2190, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Europe/Warsaw", "Europe/Berlin", "Europe/London", "UTC"]).map(ZoneInfo)


def warsaw(*parts: int) -> datetime:
    """A time in Warsaw, in UTC."""
    year, month, day, *time = parts
    return datetime(year, month, day, *time, tzinfo=WARSAW).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        ("2026-08-31", "P3M", "2026-11-30"),
        ("2026-08-30", "P3M", "2026-11-30"),
        ("2026-09-01", "P3M", "2026-12-01"),
        ("2026-11-30", "P3M", "2027-02-28"),
        ("2027-11-30", "P3M", "2028-02-29"),
        ("2027-11-29", "P3M", "2028-02-29"),
        ("2027-12-31", "P2M", "2028-02-29"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2028-02-29", "P3M", "2028-05-29"),
        ("2026-12-31", "P1D", "2027-01-01"),
        ("2026-10-20", "P2W", "2026-11-03"),
        ("2026-01-31", "P1M1D", "2026-03-01"),
        ("2026-10-20", "PT48H", "2026-10-20"),
    ],
)
def test_three_months_are_calendar_months(day: str, period: str, expected: str) -> None:
    """R35, R36: 31 August plus three months is 30 November; leap years count."""
    assert periods.add_calendar_period(date.fromisoformat(day), period) == date.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        # Summer time ends on 25 October 2026 at 3:00: the day has 25 hours.
        (warsaw(2026, 10, 24, 12), "P1D", warsaw(2026, 10, 25, 12)),
        (warsaw(2026, 10, 24, 12), "P2D", warsaw(2026, 10, 26, 12)),
        (warsaw(2026, 10, 24, 12), "PT48H", warsaw(2026, 10, 26, 11)),
        (warsaw(2026, 10, 24, 12), "P1DT24H", warsaw(2026, 10, 26, 12)),
        (warsaw(2026, 10, 24, 12), "PT24H", warsaw(2026, 10, 25, 11)),
        # Summer time begins on 29 March 2026 at 2:00.
        (warsaw(2026, 3, 28, 12), "P1D", warsaw(2026, 3, 29, 12)),
        (warsaw(2026, 3, 28, 12), "PT48H", warsaw(2026, 3, 30, 13)),
        # 2:30 does not exist on that day; 3:30 takes its place.
        (warsaw(2026, 3, 28, 2, 30), "P1D", warsaw(2026, 3, 29, 3, 30)),
        (warsaw(2026, 8, 31, 23, 59), "P3M", warsaw(2026, 11, 30, 23, 59)),
    ],
)
def test_days_are_calendar_days_and_hours_are_elapsed_hours(
    start: datetime, period: str, expected: datetime
) -> None:
    assert periods.add_period(start, period, WARSAW) == expected


@given(INSTANTS, st.integers(0, 700), ZONES)
def test_days_keep_the_time_of_day_unless_it_does_not_exist(
    instant: datetime, days: int, zone: ZoneInfo
) -> None:
    later = periods.add_period(instant, f"P{days}D", zone)
    start, end = instant.astimezone(zone), later.astimezone(zone)
    assert (end.date() - start.date()).days == days
    assert abs(end.replace(tzinfo=None) - start.replace(tzinfo=None) - timedelta(days)) in (
        timedelta(),
        timedelta(hours=1),
    )


@given(INSTANTS, st.integers(0, 10_000), ZONES)
def test_hours_are_elapsed_hours_in_every_time_zone(
    instant: datetime, hours: int, zone: ZoneInfo
) -> None:
    """R7: also over a change to or from summer time."""
    later = periods.add_period(instant, f"PT{hours}H", zone)
    assert later - instant == timedelta(hours=hours)
    assert later.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 20), datetime(2026, 10, 20, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 12, 31), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_the_time_zone_of_the_market(
    day: date, expected: datetime
) -> None:
    assert periods.end_of_day(day, WARSAW) == expected


@given(DAYS, ZONES)
def test_midnight_is_the_first_moment_of_the_next_day(day: date, zone: ZoneInfo) -> None:
    midnight = periods.end_of_day(day, zone)
    assert midnight.astimezone(zone).date() == day + timedelta(days=1)
    assert (midnight - timedelta(microseconds=1)).astimezone(zone).date() == day


def test_the_cancellation_period_ends_at_midnight_after_its_last_day() -> None:
    """R33: fourteen days from 15 October, over the end of summer time."""
    at = datetime(2026, 10, 15, 9, tzinfo=UTC)
    for anchored_at in (None, at):
        end = periods.end_of_cancellation(date(2026, 10, 15), anchored_at, "P14D", WARSAW)
        assert end == warsaw(2026, 10, 30)


def test_a_cancellation_period_in_seconds_ends_to_the_second() -> None:
    """R33."""
    at = datetime(2026, 10, 15, 9, 0, 7, tzinfo=UTC)
    end = periods.end_of_cancellation(date(2026, 10, 15), at, "PT90S", WARSAW)
    assert end == at + timedelta(seconds=90)
    without_time = periods.end_of_cancellation(date(2026, 10, 15), None, "PT90S", WARSAW)
    assert without_time == warsaw(2026, 10, 16) + timedelta(seconds=90)


@pytest.mark.parametrize(
    "text", ["P3M", "P14D", "PT48H", "P2W", "P1Y", "P2Y", "P1DT12H", "PT0S", "P0D"]
)
def test_a_period_is_stored_as_written(text: str) -> None:
    assert PERIOD.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "3M",
        "48h",
        "P3X",
        "-P1D",
        "-PT1H",
        "PT-1H",
        "P2Y1D",
        "P999Y",
        "PT99999999999H",
        "soon",
        "P0.5M",
    ],
)
def test_a_malformed_period_is_refused_with_the_expected_format(text: str) -> None:
    with pytest.raises(ValidationError, match="expected an ISO 8601 duration such as P14D"):
        PERIOD.validate_python(text)


@pytest.mark.parametrize("text", ["P1.5D", "P0.5W", "P1,5D"])
def test_a_period_with_a_fraction_of_a_day_is_refused(text: str) -> None:
    """Days are counted on the calendar, so a fraction would be rounded down."""
    with pytest.raises(ValidationError, match="expected an ISO 8601 duration"):
        PERIOD.validate_python(text)
