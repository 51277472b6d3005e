"""Writes dates, times, amounts and rejection reasons as readers of a language expect them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from domain.tickets.messages.rejection_reason import RejectionReason
from gateway.context import AppContext

_NONE: Final = "–"
_REASONS: Final = frozenset(reason.value for reason in RejectionReason)


class LocaleFormatter:
    """Formats values in one language; a dash stands for a value that is missing."""

    def __init__(self, context: AppContext, language: str) -> None:
        """Format as our e-mails do."""
        self._emails = context.emails
        self.language = language

    def format_date(self, day: date | None) -> str:
        """Write a date out, such as `3 May 2026`."""
        return self._emails.format_date(self.language, day.isoformat()) if day else _NONE

    def format_datetime(self, instant: datetime | None, zone: ZoneInfo) -> str:
        """Write an instant out, as clocks in `zone` show it."""
        if instant is None:
            return _NONE
        return self._emails.format_datetime(self.language, instant.astimezone(zone).isoformat())

    def format_money(self, money: BaseModel | Mapping[str, str] | None) -> str:
        """Write an amount out with its currency, from a model or a mapping of both."""
        if money is None:
            return _NONE
        values = money.model_dump(mode="json") if isinstance(money, BaseModel) else money
        return self._emails.format_money(self.language, values)

    def rejection_reason(self, code: str) -> str:
        """Return a rejection reason's text; an unknown code stays as it is."""
        if code not in _REASONS:
            return code
        return self._emails.translate(self.language, "rejections", code)
