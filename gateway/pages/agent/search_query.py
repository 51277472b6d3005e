"""What an agent types, understood: one box for numbers, order numbers, addresses and partners."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from domain.errors import RequestRejected
from domain.values.email_addresses import normalize_email_or_keep
from domain.values.order_key import normalize_order_number
from domain.values.text_cleaning import clean_line
from domain.values.ticket_number import PREFIX, parse_number
from domain.values.types import FrozenModel

LONGEST: Final = 320
"""Characters: as long as a mail address can be."""
_SYMBOLS: Final = 13


class Sought(FrozenModel):
    """What to look for; at most one of the first four is set.

    `is_mistyped`: it looks like a ticket number in which a character is wrong.
    """

    number: str | None = None
    email: str | None = None
    partner_id: str | None = None
    order_key: str | None = None
    is_mistyped: bool = False


def understand(text: str, partners: Mapping[str, str]) -> Sought:
    """Understand `text`; `partners` holds names by ids, which are known in any case.

    What is nothing else is an order number; a text without letters or digits finds nothing.
    """
    told = " ".join(clean_line(text).split())
    if "@" in told:
        return Sought(email=normalize_email_or_keep(told))
    if found := _partner(told, partners):
        return Sought(partner_id=found)
    try:
        return Sought(number=parse_number(told))
    except RequestRejected:
        return Sought(
            order_key=normalize_order_number(told[:LONGEST]) or "",
            is_mistyped=_is_like_number(told),
        )


def _partner(told: str, partners: Mapping[str, str]) -> str | None:
    wanted = told.casefold()
    names = ((one, (one.casefold(), name.casefold())) for one, name in partners.items())
    return next((one for one, known in names if wanted in known), None)


def _is_like_number(told: str) -> bool:
    """Say whether somebody meant a ticket number: our prefix, or as many symbols in such groups."""
    upper = unicodedata.normalize("NFKC", told[:LONGEST]).upper()
    symbols = "".join(c for c in upper if c.isalnum())
    near = abs(len(symbols.removeprefix(PREFIX)) - _SYMBOLS) <= 1
    grouped = re.fullmatch(r"(?:\w{4}[- ]){3}\w", upper) is not None
    return grouped or (symbols.startswith(PREFIX) and near)


def wrong_number(text: str) -> str:
    """Say what a number that cannot be read was expected to have, as a sub-code."""
    return "check_character" if _is_like_number(text) else "ticket_number"
