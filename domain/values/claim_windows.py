"""Claim windows (R35, R36) and waiting periods (R7-R9)."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.values.periods import Period, add_calendar_period, add_period, end_of_day

MAX_CLAIM_WINDOW: Final[Period] = "P3M"
"""R35: within three months of the order date."""
# Not a leap year: its February makes a window in days longest compared with one in months.
_REFERENCE_YEAR: Final = [date(2001, 1, 1) + timedelta(days=n) for n in range(365)]
_MAX_MONTH_SPREAD: Final = timedelta(days=7)
"""A generous bound: three months are 89 to 92 days long."""


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
    """Return the instant from which a missing reward may be claimed (R7-R9).

    Counts from the order's time or, if only its date is known, from the end of that day.
    """
    start = ordered_at or end_of_day(ordered_on, zone)
    return add_period(start, delay, zone)


def exceeds_longest_window(window: Period) -> bool:
    """Return whether `window` is longer than three months for an order of any day of a year."""
    return any(
        add_calendar_period(day, window) > add_calendar_period(day, MAX_CLAIM_WINDOW)
        for day in _REFERENCE_YEAR
    )


def never_claimable(delay: Period, window: Period, zone: ZoneInfo) -> bool:
    """Return whether orders of some day become claimable only after their window has closed."""
    return any(
        claimable_from(day, None, delay, zone) >= end_of_day(last_claim_day(day, window), zone)
        for day in _REFERENCE_YEAR
    )
