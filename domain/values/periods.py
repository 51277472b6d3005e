"""Deadlines: ISO 8601 periods, calendar months, days that end at midnight in the market's time
zone.

Calendar parts of a period (years, months, weeks, days) are counted on the market's calendar, the
clock part (hours, minutes, seconds) on the clock, so that a day with a change of clocks is still
one day.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import isodate
from pydantic import AfterValidator

# No leap year: its February makes a window in days longest against one in months.
_REFERENCE_YEAR: Final = [date(2001, 1, 1) + timedelta(days=n) for n in range(365)]
_MAX_MONTH_SPREAD: Final = timedelta(
    days=7
)  # than elsewhere in the year three months can be: 89 to 92 days
_EXPECTED = (
    "expected an ISO 8601 duration such as P14D, P3M or PT48H, not negative, two years at most"
)


def _checked(text: str) -> str:
    try:
        isodate.parse_duration(text)
        if re.search("[.,]", text.partition("T")[0]):
            raise ValueError(text)
        start = datetime(2000, 1, 1, tzinfo=UTC)
        end = add_period(start, text, ZoneInfo("UTC"))
    except (isodate.ISO8601Error, ValueError, OverflowError) as error:
        raise ValueError(_EXPECTED) from error
    if not start <= end <= datetime(2002, 1, 1, tzinfo=UTC):
        raise ValueError(_EXPECTED)
    return text


Period = Annotated[str, AfterValidator(_checked)]
"""An ISO 8601 duration, kept as written."""

MAX_CLAIM_WINDOW: Final[Period] = "P3M"
"""R35: within three months of the order date."""


def add_calendar_period(day: date, period: Period) -> date:
    """Add the calendar part of `period`: 31 August + P3M is 30 November."""
    calendar = period.partition("T")[0]
    return day if calendar == "P" else day + isodate.parse_duration(calendar)


def add_period(instant: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return `instant` + `period` in UTC: days and months on the calendar of `zone`."""
    local = instant.astimezone(zone)
    moved = datetime.combine(add_calendar_period(local.date(), period), local.timetz())
    clock = period.partition("T")[2]
    ticks = isodate.parse_duration(f"PT{clock}") if clock else timedelta()
    return moved.astimezone(UTC) + ticks


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which `day` has ended in `zone`."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def has_clock_part(period: Period) -> bool:
    """Say whether `period` counts hours, minutes or seconds: such a period ends to the second."""
    return "T" in period


def last_claim_day(counted_from: date, window: Period) -> date:
    """Return the last day, inclusive, on which a claim may be filed (R35, R36)."""
    return add_calendar_period(counted_from, window)


def first_order_day(today: date, window: Period) -> date:
    """Return the day of the oldest order that may still be claimed `today` (R35, R36)."""
    day = today - (add_calendar_period(today, window) - today) - _MAX_MONTH_SPREAD
    while last_claim_day(day, window) < today:
        day += timedelta(days=1)
    return day


def claimable_from(
    ordered_on: date, ordered_at: datetime | None, delay: Period, zone: ZoneInfo
) -> datetime:
    """Return the moment from which a missing reward may be claimed (R7-R9).

    Counts from the order's time; where only its day is known, from the end of that day.
    """
    start = ordered_at or end_of_day(ordered_on, zone)
    return add_period(start, delay, zone)


def exceeds_longest_window(window: Period) -> bool:
    """Say whether `window` is, for an order of any day of a year, longer than three months."""
    return any(
        add_calendar_period(day, window) > add_calendar_period(day, MAX_CLAIM_WINDOW)
        for day in _REFERENCE_YEAR
    )


def are_increasing(periods: Sequence[Period]) -> bool:
    """Say whether each of `periods`, counted from one moment, ends after the one before it."""
    start = datetime.combine(_REFERENCE_YEAR[0], datetime.min.time(), UTC)
    ends = [add_period(start, period, ZoneInfo("UTC")) for period in periods]
    return all(one < other for one, other in pairwise(ends))


def never_claimable(delay: Period, window: Period, zone: ZoneInfo) -> bool:
    """Say whether, for an order of some day, claims open only after the window has closed."""
    return any(
        claimable_from(day, None, delay, zone) >= end_of_day(last_claim_day(day, window), zone)
        for day in _REFERENCE_YEAR
    )


def end_of_cancellation(
    anchor: date, anchored_at: datetime | None, period: Period, zone: ZoneInfo
) -> datetime:
    """Return when an order can no longer be cancelled (R33).

    At midnight after the last day; a period with a clock part ends exactly that long after its
    anchor.
    """
    if has_clock_part(period):
        return add_period(anchored_at or end_of_day(anchor, zone), period, zone)
    return end_of_day(add_calendar_period(anchor, period), zone)
