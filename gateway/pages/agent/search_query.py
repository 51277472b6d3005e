"""Parses the search box: ticket numbers, order numbers, e-mail addresses and partners."""

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

MAX_QUERY_LENGTH: Final = 320
"""Characters: the longest possible e-mail address."""
_SYMBOLS_IN_NUMBER: Final = 13


class SearchQuery(FrozenModel):
    """What to search for; at most one of the first four is set.

    `looks_like_number`: the text resembles a ticket number with a wrong character.
    """

    number: str | None = None
    email: str | None = None
    partner_id: str | None = None
    order_key: str | None = None
    looks_like_number: bool = False


def parse_query(text: str, partners: Mapping[str, str]) -> SearchQuery:
    """Parse `text`; `partners` holds names by id, and upper and lower case make no difference.

    Any other text is an order number; a text without letters or digits finds nothing.
    """
    line = " ".join(clean_line(text).split())
    if "@" in line:
        return SearchQuery(email=normalize_email_or_keep(line))
    if partner_id := _find_partner(line, partners):
        return SearchQuery(partner_id=partner_id)
    try:
        return SearchQuery(number=parse_number(line))
    except RequestRejected:
        return SearchQuery(
            order_key=normalize_order_number(line[:MAX_QUERY_LENGTH]) or "",
            looks_like_number=_looks_like_number(line),
        )


def number_error_code(text: str) -> str:
    """Return the sub-code for a malformed ticket number: what was expected instead."""
    return "check_character" if _looks_like_number(text) else "ticket_number"


def _find_partner(text: str, partners: Mapping[str, str]) -> str | None:
    folded = text.casefold()
    names = ((one, (one.casefold(), name.casefold())) for one, name in partners.items())
    return next((one for one, known in names if folded in known), None)


def _looks_like_number(text: str) -> bool:
    """Say whether a ticket number was meant: our prefix, or as many symbols in such groups."""
    upper = unicodedata.normalize("NFKC", text[:MAX_QUERY_LENGTH]).upper()
    symbols = "".join(c for c in upper if c.isalnum())
    is_close = abs(len(symbols.removeprefix(PREFIX)) - _SYMBOLS_IN_NUMBER) <= 1
    is_grouped = re.fullmatch(r"(?:\w{4}[- ]){3}\w", upper) is not None
    return is_grouped or (symbols.startswith(PREFIX) and is_close)
