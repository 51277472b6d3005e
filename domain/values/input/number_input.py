"""Numbers and amounts as people write them: one strict grammar for every channel.

Ambiguous input is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from domain.values.input.invalid_input import InvalidInput
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


def normalize_number(text: str, currency: str | None = None, groups: bool = False) -> str:
    """Return a number's digits, with a point before decimals. Leading zeros are kept.

    `currency` may precede or follow the number. `groups` allows groups of three or more digits, as
    in meter numbers. The result is itself valid input. Raises `InvalidInput`.
    """
    if any(unicodedata.category(character) == "No" for character in text):
        raise _malformed_number()
    line = clean_line(text)
    if len(line) > 2 * MAX_DIGITS:
        raise _malformed_number()
    plain = _without_currency(line, currency)
    if _WHOLE.fullmatch(plain) or (groups and _IN_GROUPS.fullmatch(plain)):
        return _within_max_digits(plain.replace(" ", ""))
    found = _DECIMALS.fullmatch(plain)
    if found and len(found["part"]) == 3 and not re.search("[.,]", found["whole"]):
        raise _ambiguous_number(plain, found)
    if _THOUSANDS.fullmatch(plain):
        return _within_max_digits(re.sub("[ .,]", "", plain))
    if found and (whole := _whole_part(found["whole"], found["sign"])):
        part = found["part"]
        return _within_max_digits(f"{whole}.{part}{'0' * (len(part) == 3)}")
    raise _several_numbers() if _SEVERAL.search(plain) else _malformed_number()


def parse_amount(text: str, currency: str | None) -> Decimal:
    """Read an amount in `currency` (which may precede or follow it), with two decimals at most."""
    named = f" in {currency}" if currency else ""
    try:
        number = normalize_number(text, currency)
    except InvalidInput as error:
        if error.code == "malformed_number":
            raise InvalidInput(error.code, f"an amount{named} such as 12.50") from None
        raise
    whole, _, part = number.partition(".")
    if len(whole) > 10 or len(part) > 2:
        raise InvalidInput("malformed_number", f"an amount{named} such as 12.50")
    return Decimal(number)


def _without_currency(plain: str, currency: str | None) -> str:
    found = _MONEY.fullmatch(plain)
    if not found or not (found["before"] or found["after"]):
        return plain
    named = {_currency_code(found[side]) for side in ("before", "after") if found[side]}
    if currency is None or named - {currency}:
        raise InvalidInput(
            "malformed_number", f"a number, in {currency}" if currency else "a number"
        )
    return found["number"]


def _currency_code(sign: str) -> str:
    folded = sign.rstrip(".").casefold()
    return _SIGNS.get(folded, folded.upper())


def _whole_part(whole: str, sign: str) -> str | None:
    """Return the digits before the decimal sign; `None` if they are grouped wrongly."""
    grouped = _THOUSANDS.fullmatch(whole)
    if grouped and grouped[1] != sign:
        return re.sub("[ .,]", "", whole)
    return whole if _WHOLE.fullmatch(whole) else None


def _within_max_digits(number: str) -> str:
    if len(number) > MAX_DIGITS:
        raise _malformed_number()
    return number


def _ambiguous_number(plain: str, found: re.Match[str]) -> InvalidInput:
    whole, part = found["whole"].replace(" ", ""), found["part"]
    readings = f"{whole}{part} or {whole}.{part.rstrip('0').ljust(2, '0')}"
    return InvalidInput("ambiguous_number", f"{readings}, as {plain} can mean either")


def _malformed_number() -> InvalidInput:
    return InvalidInput("malformed_number", "a number such as 1234.50 or 1.234,50")


def _several_numbers() -> InvalidInput:
    return InvalidInput("several_numbers", "one number such as 1234.50, not several")
