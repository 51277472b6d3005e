"""The shapes that values share: frozen models, ids, instants, money."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from domain.values.text_cleaning import clean_text

_CENT = Decimal("0.01")
# Wide enough for any claim, narrow enough that no sum of a date and a period can overflow.
MIN_DATE: Final = date(2000, 1, 1)
MAX_DATE: Final = date(2199, 12, 31)
_AMOUNT: Final = r"[0-9]{1,10}(\.[0-9]{1,2})?"
_DATED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FrozenModel(BaseModel):
    """A value: compared by content, never changed; fields of later versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def _in_utc(instant: datetime) -> datetime:
    """Look at the day as written, and at that in UTC: what is kept must be readable again."""
    if MIN_DATE <= instant.date() <= MAX_DATE:
        in_utc = instant.astimezone(UTC)
        if MIN_DATE <= in_utc.date() <= MAX_DATE:
            return in_utc
    raise ValueError(f"expected an instant between {MIN_DATE} and {MAX_DATE}")


Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
"""An id from outside: 1 to 200 printable ASCII characters without spaces."""


def _reject_loose_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a date such as 2026-10-01")
    if isinstance(value, int | float):
        raise ValueError("expected a date such as 2026-10-01")
    return value


def _reject_loose_datetime(value: object) -> object:
    is_undated = isinstance(value, str) and not _DATED.match(value)
    if is_undated or isinstance(value, int | float):
        raise ValueError("expected an instant such as 2026-10-01T10:00:00+02:00")
    return value


CalendarDate = Annotated[date, BeforeValidator(_reject_loose_date), Field(ge=MIN_DATE, le=MAX_DATE)]
"""A calendar day, `YYYY-MM-DD`."""

UtcDatetime = Annotated[
    AwareDatetime, BeforeValidator(_reject_loose_datetime), AfterValidator(_in_utc)
]
"""A moment, RFC 3339 with offset, kept in UTC."""


def _normalize_currency(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise ValueError("expected a currency such as EUR")
    return value.upper()


Currency = Annotated[
    str,
    BeforeValidator(_normalize_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{3}$"}, mode="validation"),
]
"""An ISO 4217 code, in any case."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
"""An ISO 639-1 code."""


def _reject_loose_amount(value: object) -> object:
    """Take `12.50` alone: pydantic would read `1_0`, `1e1`, ` +7 ` and digits of other scripts."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    text = (
        value if isinstance(value, str) else format(Decimal(str(value)), "f") if is_number else ""
    )
    if not re.fullmatch(_AMOUNT, text):
        raise ValueError("expected an amount such as 12.50")
    return text


Amount = Annotated[
    Decimal,
    BeforeValidator(_reject_loose_amount),
    AfterValidator(lambda amount: amount.quantize(_CENT)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_AMOUNT}$"},
                {"type": "number", "minimum": 0},
            ]
        },
        mode="validation",
    ),
]
"""An amount in the currency's unit, with two decimals: `"12.50"`, or a number in JSON."""


def is_valid_unicode(content: object) -> bool:
    """Say whether every text in `content` is text: half a surrogate pair is none."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def require_valid_unicode(content: Any) -> Any:
    """Return `content` as it is; refuses halves of surrogate pairs."""
    if not is_valid_unicode(content):
        raise PydanticCustomError(
            "string_unicode", "expected text without halves of surrogate pairs"
        )
    return content


SafeText = Annotated[str, AfterValidator(require_valid_unicode), AfterValidator(clean_text)]
"""What a person wrote, cleaned; it keeps its lines."""

SafeAnswers = Annotated[dict[str, Any], AfterValidator(require_valid_unicode)]
"""Answers to fields of a form that may still be anything, but can be written down."""

LongText = Annotated[SafeText, Field(max_length=4000)]
"""What a person wrote, as long as a letter may be."""


class Money(FrozenModel):
    """An amount and its currency: `{"amount": "12.50", "currency": "PLN"}`."""

    amount: Amount
    currency: Currency
