"""Numbers, amounts, days and times as people write them: one strict grammar for every channel.

Ambiguous input is refused, never guessed. `InvalidInput` carries a sub-code (`[expected]` in the
catalogs) and a text with an example, for partners and logs.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from domain.values.text_cleaning import clean_line

MAX_DIGITS: Final = 30
_SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR", "zł": "PLN", "zl": "PLN", "£": "GBP", "$": "USD", "fr": "CHF",
}  # fmt: skip
_CURRENCY: Final = r"(?P<{0}>€|£|\$|(?i:z[lł])\.?|(?i:fr)\.|[A-Za-z]{{3}})"
_MONEY: Final = re.compile(
    rf"(?:{_CURRENCY.format('before')} ?)?(?P<number>[0-9.,].*?)(?: ?{_CURRENCY.format('after')})?"
)
_WHOLE: Final = re.compile(r"[0-9]+")
_IN_GROUPS: Final = re.compile(r"[0-9]+(?: [0-9]{3,})+")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:([ .,])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMALS: Final = re.compile(r"(?P<whole>[0-9][0-9 .,]*)(?P<sign>[.,])(?P<part>[0-9]+)")
_SEVERAL: Final = re.compile(r"[0-9][.,]?(?: *[/;&+|] *| +(?:\w+ +)?|, +)[0-9]")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DOTTED: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_SLASHED: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CLOCK: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2}))?")
_MOMENT: Final = re.compile(r"(?P<day>[0-9./-]+)[T ] ?(?P<clock>[0-9:.]+)")

_MONTH_FIRST: Final = ("America/", "US/", "Pacific/", "Canada/")


class InvalidInput(ValueError):
    """What was written has no one reading: `code` is the sub-code, the text says what was
    expected.
    """

    def __init__(self, code: str, expected: str) -> None:
        """`expected` goes on after `expected`, with an example."""
        super().__init__(f"expected {expected}")
        self.code = code


def normalize_number(text: str, currency: str | None = None, groups: bool = False) -> str:
    """Read a number; return its digits, with a point before decimals. Zeros in front are kept.

    `currency`: the one that may stand beside it. `groups`: it may be one that is counted off in
    groups of three digits and more, as meter numbers are. What is returned reads the same again.
    Raises `InvalidInput`.
    """
    if any(unicodedata.category(character) == "No" for character in text):
        raise _no_number()
    told = clean_line(text)
    if len(told) > 2 * MAX_DIGITS:
        raise _no_number()
    plain = _without_currency(told, currency)
    if _WHOLE.fullmatch(plain) or (groups and _IN_GROUPS.fullmatch(plain)):
        return _checked(plain.replace(" ", ""))
    found = _DECIMALS.fullmatch(plain)
    if found and len(found["part"]) == 3 and not re.search("[.,]", found["whole"]):
        raise _two_readings(plain, found)
    if _THOUSANDS.fullmatch(plain):
        return _checked(re.sub("[ .,]", "", plain))
    if found and (whole := _whole_part(found["whole"], found["sign"])):
        part = found["part"]
        return _checked(f"{whole}.{part}{'0' * (len(part) == 3)}")
    raise _several() if _SEVERAL.search(plain) else _no_number()


def parse_amount(text: str, currency: str) -> Decimal:
    """Read an amount in `currency` (which may stand beside it), with two decimals at most."""
    number = normalize_number(text, currency)
    whole, _, part = number.partition(".")
    if len(whole) > 10 or len(part) > 2:
        raise InvalidInput("malformed_number", "an amount such as 12.50, with two decimals at most")
    return Decimal(number)


def parse_date(text: str, is_day_first: bool = False) -> date:
    """Read a day: `2026-11-08`, `8.11.2026`, and where the market writes the day first
    `8/11/2026`. Raises `InvalidInput`.
    """
    plain = clean_line(text)
    if found := _ISO.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _DOTTED.fullmatch(plain) or (is_day_first and _SLASHED.fullmatch(plain)) or None:
        day, month, year = found.groups()
    else:
        raise _no_day()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _no_day() from None


def is_day_first(time_zone: str) -> bool:
    """Say whether people of an IANA time zone write `8/11/2026` for the eighth of November."""
    return not time_zone.startswith(_MONTH_FIRST)


def parse_time(text: str) -> time:
    """Read a time of the day, `14:30` or `14.30`. Raises `InvalidInput`."""
    found = _CLOCK.fullmatch(clean_line(text))
    try:
        hour, minute, second = (int(part or 0) for part in found.groups()) if found else (24, 0, 0)
        return time(hour, minute, second)
    except ValueError:
        raise InvalidInput("malformed_time", "a time such as 14:30") from None


def parse_local_datetime(text: str, zone: ZoneInfo, is_day_first: bool = False) -> datetime:
    """Read a day and a time of `zone`, such as `2026-11-08 14:30`.

    Raises `InvalidInput`, also for an hour that a change of clocks skips or repeats.
    """
    found = _MOMENT.fullmatch(clean_line(text))
    if not found:
        raise _no_moment()
    day, clock = parse_date(found["day"], is_day_first), parse_time(found["clock"])
    return localize(datetime.combine(day, clock), zone)


def localize(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clocks of `zone` show `local`.

    Raises `InvalidInput` for a time that a change of clocks skips or repeats.
    """
    at = local.replace(tzinfo=zone)
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        raise _no_moment()
    return at


def _without_currency(plain: str, currency: str | None) -> str:
    found = _MONEY.fullmatch(plain)
    if not found or not (found["before"] or found["after"]):
        return plain
    named = {_code(found[side]) for side in ("before", "after") if found[side]}
    if currency is None or named - {currency}:
        raise InvalidInput(
            "malformed_number", f"a number, in {currency}" if currency else "a number"
        )
    return found["number"]


def _code(sign: str) -> str:
    told = sign.rstrip(".").casefold()
    return _SIGNS.get(told, told.upper())


def _whole_part(whole: str, sign: str) -> str | None:
    """Return the digits before the decimal sign; `None` where they are not grouped soundly."""
    grouped = _THOUSANDS.fullmatch(whole)
    if grouped and grouped[1] != sign:
        return re.sub("[ .,]", "", whole)
    return whole if _WHOLE.fullmatch(whole) else None


def _checked(number: str) -> str:
    if len(number) > MAX_DIGITS:
        raise _no_number()
    return number


def _two_readings(plain: str, found: re.Match[str]) -> InvalidInput:
    whole, part = found["whole"].replace(" ", ""), found["part"]
    readings = f"{whole}{part} or {whole}.{part.rstrip('0').ljust(2, '0')}"
    return InvalidInput("ambiguous_number", f"{readings}, as {plain} can mean either")


def _no_number() -> InvalidInput:
    return InvalidInput("malformed_number", "a number such as 1234.50 or 1.234,50")


def _several() -> InvalidInput:
    return InvalidInput("several_numbers", "one number such as 1234.50, not several")


def _no_day() -> InvalidInput:
    return InvalidInput("malformed_date", "a date such as 2026-10-01 or 1.10.2026")


def _no_moment() -> InvalidInput:
    return InvalidInput("malformed_date", "an instant such as 2026-10-01T10:00:00+02:00")
