"""Relative dates, so that example claims are never out of date.

`-12d` is the day twelve days ago on the market's calendar, `-12d18:20` that time on that day,
`-3h`, `-90m` and `-4s` so long before now; `+` looks ahead. Anything else is used as
written, even if it is no date.
"""

import re
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

_DAYS: Final = re.compile(r"([+-][0-9]{1,4})d(?:([01][0-9]|2[0-3]):([0-5][0-9]))?")
_CLOCK: Final = re.compile(r"([+-][0-9]{1,6})([hms])")
_UNITS: Final = {"h": "hours", "m": "minutes", "s": "seconds"}
_NOON: Final = time(12)


def order_fields(text: str, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return the claim's `ordered_on`, or `ordered_at` where a time of day is written."""
    found = _DAYS.fullmatch(text)
    if found and not found[2]:
        return {"ordered_on": day(text, now, zone)}
    if found or _CLOCK.fullmatch(text):
        return {"ordered_at": instant(text, now, zone)}
    return {"ordered_on": text} if text else {}


def day(text: str, now: datetime, zone: ZoneInfo) -> str:
    """Return `-12d` as `YYYY-MM-DD`; anything else as it is."""
    found = _DAYS.fullmatch(text)
    if not found or found[2]:
        return text
    return (now.astimezone(zone).date() + timedelta(days=int(found[1]))).isoformat()


def instant(text: str, now: datetime, zone: ZoneInfo) -> str:
    """Return an instant with its offset (a day alone means its noon); anything else as it is."""
    if found := _CLOCK.fullmatch(text):
        moment = now + timedelta(**{_UNITS[found[2]]: int(found[1])})
        return moment.astimezone(zone).isoformat()
    if found := _DAYS.fullmatch(text):
        date = now.astimezone(zone).date() + timedelta(days=int(found[1]))
        at = time(int(found[2]), int(found[3])) if found[2] else _NOON
        return datetime.combine(date, at, zone).isoformat()
    return text


def resolve_dates(value: Any, now: datetime, zone: ZoneInfo) -> Any:
    """Return a JSON value with every relative day in it resolved."""
    if isinstance(value, dict):
        return {key: resolve_dates(part, now, zone) for key, part in value.items()}
    if isinstance(value, list):
        return [resolve_dates(part, now, zone) for part in value]
    return day(value, now, zone) if isinstance(value, str) else value
