"""One answer to a field of a partner's form: normalized, or refused with a code."""

from collections.abc import Callable
from datetime import date
from typing import Final

from domain.partners.form_fields import FormField
from domain.partners.market import Market
from domain.partners.patterns import matches
from domain.values.dates import MAX_DATE, MIN_DATE
from domain.values.email_addresses import normalize_email
from domain.values.input.date_input import is_day_first, parse_date
from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import normalize_number
from domain.values.order_key import can_identify_order, normalize_order_number
from domain.values.text_cleaning import clean_line, clean_text
from domain.values.types import is_valid_unicode

MAX_ANSWER_LENGTH: Final = 4000
MAX_ORDER_NUMBER_LENGTH: Final = 200


def normalize_answer(field: FormField, answer: object, market: Market | None) -> str:
    """Return an answer as it is stored, "" for none. Raises `InvalidInput`."""
    raw = "" if answer is None else _require_text(answer)
    is_free_text = field.type == "text" and not (field.pattern or field.is_order_number)
    text = clean_text(raw) if is_free_text else clean_line(raw)
    if text and field.type == "number":
        text = normalize_number(raw, market.currency if market else None, bool(field.pattern))
    if text and field.type == "date":
        text = parse_date(raw, is_day_first(market.time_zone) if market else False).isoformat()
    if len(text) > MAX_ANSWER_LENGTH:
        raise InvalidInput("too_long", f"{MAX_ANSWER_LENGTH} characters at most")
    if text and (problem := _TYPE_CHECKS[field.type](field, text)):
        raise InvalidInput(problem, "another answer")
    return text


def _require_text(answer: object) -> str:
    if (
        isinstance(answer, bool)
        or not isinstance(answer, str | int)
        or not is_valid_unicode(answer)
    ):
        raise InvalidInput("not_text", "a text")
    if isinstance(answer, str) and len(answer) > MAX_ANSWER_LENGTH:
        raise InvalidInput("too_long", f"{MAX_ANSWER_LENGTH} characters at most")
    return str(answer)


def _check_text(field: FormField, text: str) -> str | None:
    if field.is_order_number and len(text) > MAX_ORDER_NUMBER_LENGTH:
        return "too_long"
    if field.is_order_number and not can_identify_order(text):
        return "order_letters" if normalize_order_number(text) else "malformed_pattern"
    if field.pattern and not matches(field.pattern, text):
        return "malformed_pattern"
    return None


def _check_date(field: FormField, text: str) -> str | None:
    return None if MIN_DATE <= date.fromisoformat(text) <= MAX_DATE else "malformed_date"


def _check_email(field: FormField, text: str) -> str | None:
    try:
        normalize_email(text)
    except ValueError:
        return "malformed_email"
    return None


def _check_choice(field: FormField, text: str) -> str | None:
    return None if text in field.options else "not_an_option"


_TYPE_CHECKS: Final[dict[str, Callable[[FormField, str], str | None]]] = {
    "text": _check_text,
    "date": _check_date,
    "number": _check_text,
    "email": _check_email,
    "choice": _check_choice,
}
