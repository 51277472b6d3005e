"""ISO 8601 periods: calendar months, and days that end at midnight in the market's time zone.

The calendar part of a period (years, months, weeks, days) is counted on the market's calendar and
the clock part (hours, minutes, seconds) in elapsed time, so a day with a clock change is one day.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

import isodate
from pydantic import AfterValidator

_EXPECTED = (
    "expected an ISO 8601 duration such as P14D, P3M or PT48H, not negative, two years at most"
)


def _validate(text: str) -> str:
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


Period = Annotated[str, AfterValidator(_validate)]
"""An ISO 8601 duration, stored as written."""


@lru_cache(maxsize=1024)
def _parse(period: str) -> isodate.Duration | timedelta:
    """Parse each distinct period once: partners' files hold a handful of them."""
    return isodate.parse_duration(period)


def add_calendar_period(day: date, period: Period) -> date:
    """Add the calendar part of `period`: 31 August + P3M is 30 November."""
    calendar = period.partition("T")[0]
    return day if calendar == "P" else day + _parse(calendar)


def add_period(instant: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return `instant` + `period` in UTC: days and months on the calendar of `zone`."""
    local = instant.astimezone(zone)
    moved = datetime.combine(add_calendar_period(local.date(), period), local.timetz())
    clock = period.partition("T")[2]
    ticks = _parse(f"PT{clock}") if clock else timedelta()
    return moved.astimezone(UTC) + ticks


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which `day` ends in `zone`."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def has_clock_part(period: Period) -> bool:
    """Return whether `period` counts hours, minutes or seconds: it then ends to the second."""
    return "T" in period


def are_increasing(periods: Sequence[Period]) -> bool:
    """Return whether each of `periods`, counted from one instant, ends after its predecessor."""
    start = datetime(2001, 1, 1, tzinfo=UTC)
    ends = [add_period(start, period, ZoneInfo("UTC")) for period in periods]
    return all(one < other for one, other in pairwise(ends))


def end_of_cancellation(
    anchor: date, anchored_at: datetime | None, period: Period, zone: ZoneInfo
) -> datetime:
    """Return when an order can no longer be cancelled (R33).

    That is midnight after the last day, or, for a period with a clock part, exactly that long after
    its anchor.
    """
    if has_clock_part(period):
        return add_period(anchored_at or end_of_day(anchor, zone), period, zone)
    return end_of_day(add_calendar_period(anchor, period), zone)
