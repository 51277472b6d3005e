"""The market of a partner: where it sells."""

from datetime import date, datetime
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from domain.values.input.conventions import Conventions
from domain.values.input.date_input import is_day_first
from domain.values.money import Currency
from domain.values.types import StrictModel

MarketLanguage = Literal["pl", "de", "en"]
"""The languages of members and partners; all else follows (CONTRIBUTING.md, "Add a language")."""
LANGUAGES: Final[tuple[MarketLanguage, ...]] = get_args(MarketLanguage)


def _require_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected an IANA time zone such as Europe/Warsaw") from error
    return name


class Market(StrictModel):
    """A time zone, a currency and a language."""

    time_zone: Annotated[str, AfterValidator(_require_zone)]
    currency: Currency
    language: MarketLanguage

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and end."""
        return ZoneInfo(self.time_zone)

    @property
    def conventions(self) -> Conventions:
        """How people of the market write dates, times and amounts."""
        return Conventions(is_day_first(self.time_zone), self.zone, self.currency)

    def date_of(self, instant: datetime) -> date:
        """Return the date of `instant` on the market's calendar."""
        return instant.astimezone(self.zone).date()
