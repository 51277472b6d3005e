"""Dates and instants as JSON writes them."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

# Wide enough for any claim, narrow enough that no sum of a date and a period can overflow.
MIN_DATE: Final = date(2000, 1, 1)
MAX_DATE: Final = date(2199, 12, 31)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _reject_loose_date(value: object) -> object:
    """Accept `2026-10-01` only: pydantic would also read numbers as timestamps."""
    is_loose = isinstance(value, str) and not _DATE.fullmatch(value)
    if is_loose or isinstance(value, int | float):
        raise ValueError("expected a date such as 2026-10-01")
    return value


def _reject_loose_datetime(value: object) -> object:
    is_loose = isinstance(value, str) and not _DATE.match(value)
    if is_loose or isinstance(value, int | float):
        raise ValueError("expected an instant such as 2026-10-01T10:00:00+02:00")
    return value


def _to_utc(instant: datetime) -> datetime:
    """Check the date as written and in UTC, so that the stored value can be read again."""
    if MIN_DATE <= instant.date() <= MAX_DATE:
        in_utc = instant.astimezone(UTC)
        if MIN_DATE <= in_utc.date() <= MAX_DATE:
            return in_utc
    raise ValueError(f"expected an instant between {MIN_DATE} and {MAX_DATE}")


CalendarDate = Annotated[date, BeforeValidator(_reject_loose_date), Field(ge=MIN_DATE, le=MAX_DATE)]
"""A calendar date, `YYYY-MM-DD`."""

UtcDatetime = Annotated[
    AwareDatetime, BeforeValidator(_reject_loose_datetime), AfterValidator(_to_utc)
]
"""An instant in RFC 3339 with an offset, converted to UTC."""
