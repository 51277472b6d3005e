"""Dates and instants of messages, as programs and people write them."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ValidationInfo

from domain.values.input.conventions import conventions_of
from domain.values.input.date_input import parse_date, parse_instant
from domain.values.input.invalid_input import InvalidInput

# Wide enough for any claim, narrow enough that no sum of a date and a period can overflow.
MIN_DATE: Final = date(2000, 1, 1)
MAX_DATE: Final = date(2199, 12, 31)


def _read_date(value: object, info: ValidationInfo) -> object:
    """Read texts by our grammar: pydantic would also read numbers, as timestamps."""
    if isinstance(value, str):
        return parse_date(value, conventions_of(info).is_day_first)
    if isinstance(value, int | float):
        raise InvalidInput("malformed_date", "a date such as 2026-10-01")
    return value


def _require_near(day: date) -> date:
    if not MIN_DATE <= day <= MAX_DATE:
        raise InvalidInput("malformed_date", f"a date between {MIN_DATE} and {MAX_DATE}")
    return day


def _read_instant(value: object, info: ValidationInfo) -> object:
    """Read texts by our grammar: pydantic would read `14.30` as 14:00:00.3."""
    if isinstance(value, str):
        conventions = conventions_of(info)
        return parse_instant(value, conventions.zone, conventions.is_day_first)
    if isinstance(value, int | float):
        raise InvalidInput("malformed_date", "an instant such as 2026-10-01T10:00:00+02:00")
    return value


def _to_utc(instant: datetime) -> datetime:
    """Check the date as written and in UTC, so that the stored value can be read again."""
    if MIN_DATE <= instant.date() <= MAX_DATE:
        in_utc = instant.astimezone(UTC)
        if MIN_DATE <= in_utc.date() <= MAX_DATE:
            return in_utc
    raise InvalidInput("malformed_date", f"an instant between {MIN_DATE} and {MAX_DATE}")


CalendarDate = Annotated[date, BeforeValidator(_read_date), AfterValidator(_require_near)]
"""A calendar date: `2026-10-01`, `1.10.2026` and, where the day comes first, `1/10/2026`."""

UtcDatetime = Annotated[AwareDatetime, BeforeValidator(_read_instant), AfterValidator(_to_utc)]
"""An instant, converted to UTC. A text without an offset means the market's time."""
