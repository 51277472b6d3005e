"""Parses the search box: numbers of tickets and orders, e-mail addresses, accounts, partners."""

from collections.abc import Mapping
from typing import Final

from domain.errors import RequestRejected
from domain.values.email_addresses import normalize_email_or_keep
from domain.values.order_key import normalize_order_number
from domain.values.text_cleaning import clean_line
from domain.values.ticket_number import looks_like_number, parse_number
from domain.values.types import FrozenModel

MAX_QUERY_LENGTH: Final = 320
"""Characters: the longest possible e-mail address."""


class SearchQuery(FrozenModel):
    """What to search for; at most one of the first four is set, and `account_id` beside an e-mail
    address or an order number: an account's id may have any form.

    `looks_like_number`: the text resembles a ticket number with a wrong character.
    """

    number: str | None = None
    email: str | None = None
    partner_id: str | None = None
    order_key: str | None = None
    account_id: str | None = None
    looks_like_number: bool = False


def parse_query(text: str, partners: Mapping[str, str]) -> SearchQuery:
    """Parse `text`; `partners` holds names by id, and upper and lower case make no difference.

    Any other text is an order number or an account.
    """
    line = " ".join(clean_line(text).split())
    if "@" in line:
        return SearchQuery(email=normalize_email_or_keep(line), account_id=line)
    if partner_id := _find_partner(line, partners):
        return SearchQuery(partner_id=partner_id)
    try:
        return SearchQuery(number=parse_number(line))
    except RequestRejected:
        return SearchQuery(
            order_key=normalize_order_number(line[:MAX_QUERY_LENGTH]) or "",
            account_id=line[:MAX_QUERY_LENGTH] or None,
            looks_like_number=looks_like_number(line),
        )


def _find_partner(text: str, partners: Mapping[str, str]) -> str | None:
    folded = text.casefold()
    names = ((one, (one.casefold(), name.casefold())) for one, name in partners.items())
    return next((one for one, known in names if folded in known), None)
