"""How people of a market write dates, times and amounts."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationInfo


class Conventions(NamedTuple):
    """The order of day and month, the zone of times without an offset, the currency of amounts.

    As the context of a validation they reach the types that read texts of people. Without a market
    only what means the same everywhere is read.
    """

    is_day_first: bool = False
    zone: ZoneInfo | None = None
    currency: str | None = None


def conventions_of(info: ValidationInfo) -> Conventions:
    """Return the conventions by which a validation reads texts."""
    return info.context if isinstance(info.context, Conventions) else Conventions()
