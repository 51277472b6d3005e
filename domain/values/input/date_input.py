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
_TIME: Final = re.compile(r"([0-9]{1,2})(?:\.([0-9]{2})|:([0-9]{2})(?::([0-9]{2})([.,][0-9]+)?)?)")
_INSTANT: Final = re.compile(
    r"(?P<date>[0-9./ -]*[0-9])[Tt ](?P<time>[0-9:.,]+)"
    r"(?: ?(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2}))?"
)
_INSTANT_EXAMPLE: Final = "2026-10-01T10:00:00+02:00"
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
    """Read a time of the day: `14:30`, `14.30`, `14:30:15`. Raises `InvalidInput`."""
    found = _TIME.fullmatch(clean_line(text))
    try:
        if found is None:
            raise ValueError(text)
        hour, *minute, second, fraction = found.groups(default="")
        microseconds = fraction[1:7].ljust(6, "0")
        return time(int(hour), int("".join(minute)), int(second or 0), int(microseconds))
    except ValueError:
        raise InvalidInput("malformed_time", "a time such as 14:30") from None


def parse_instant(text: str, zone: ZoneInfo | None, is_day_first: bool = False) -> datetime:
    """Read a date and time: `2026-11-08T14:30:00+01:00`, or `8.11.2026 14.30` in `zone`.

    Raises `InvalidInput`: without an offset there must be a `zone`, and its clocks must show that
    time once.
    """
    found = _INSTANT.fullmatch(clean_line(text))
    if not found:
        raise _invalid_instant()
    try:
        day, clock = parse_date(found["date"], is_day_first), parse_time(found["time"])
        local = datetime.combine(day, clock)
        if found["offset"]:
            return datetime.fromisoformat(local.isoformat() + found["offset"].upper())
    except ValueError:
        raise _invalid_instant() from None
    if zone is None:
        expected = f"an instant with its offset, such as {_INSTANT_EXAMPLE}"
        raise InvalidInput("malformed_date", expected)
    return localize(local, zone)


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
    return InvalidInput("malformed_date", f"an instant such as {_INSTANT_EXAMPLE}")
