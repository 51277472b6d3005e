"""Dates and times as people write them: one strict grammar for every channel."""

import re
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from domain.values.input.invalid_input import InvalidInput
from domain.values.text_cleaning import clean_line

_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DOTTED: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_SLASHED: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_TIME: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2}))?")
_DATE_AND_TIME: Final = re.compile(r"(?P<date>[0-9./-]+)[T ] ?(?P<time>[0-9:.]+)")
_MONTH_FIRST: Final = ("America/", "US/", "Pacific/", "Canada/")


def parse_date(text: str, is_day_first: bool = False) -> date:
    """Read `2026-11-08`, `8.11.2026` and, if the market writes the day first, `8/11/2026`.

    Raises `InvalidInput`.
    """
    plain = clean_line(text)
    if found := _ISO.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _DOTTED.fullmatch(plain) or (is_day_first and _SLASHED.fullmatch(plain)) or None:
        day, month, year = found.groups()
    else:
        raise _invalid_date()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _invalid_date() from None


def is_day_first(time_zone: str) -> bool:
    """Return whether people of an IANA time zone write `8/11/2026` for the eighth of November."""
    return not time_zone.startswith(_MONTH_FIRST)


def parse_time(text: str) -> time:
    """Read a time of the day, `14:30` or `14.30`. Raises `InvalidInput`."""
    found = _TIME.fullmatch(clean_line(text))
    try:
        hour, minute, second = (int(part or 0) for part in found.groups()) if found else (24, 0, 0)
        return time(hour, minute, second)
    except ValueError:
        raise InvalidInput("malformed_time", "a time such as 14:30") from None


def parse_local_datetime(text: str, zone: ZoneInfo, is_day_first: bool = False) -> datetime:
    """Read a date and time of `zone`, such as `2026-11-08 14:30`.

    Raises `InvalidInput`, also for an hour that a change of clocks skips or repeats.
    """
    found = _DATE_AND_TIME.fullmatch(clean_line(text))
    if not found:
        raise _invalid_instant()
    day = parse_date(found["date"], is_day_first)
    return localize(datetime.combine(day, parse_time(found["time"])), zone)


def localize(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clocks of `zone` show `local`.

    Raises `InvalidInput` for a time that a change of clocks skips or repeats.
    """
    at = local.replace(tzinfo=zone)
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        raise _invalid_instant()
    return at


def _invalid_date() -> InvalidInput:
    return InvalidInput("malformed_date", "a date such as 2026-10-01 or 1.10.2026")


def _invalid_instant() -> InvalidInput:
    return InvalidInput("malformed_date", "an instant such as 2026-10-01T10:00:00+02:00")
