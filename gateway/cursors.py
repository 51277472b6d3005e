"""Where a page of tickets ends, written so that the next one can begin there."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.ticket_books import Place

CURSOR: Final = r"^[0-9]{1,16}\.ZW-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$"
"""Everything that looks like a cursor is one: a place among all tickets, which reveals nothing."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def write_cursor(place: Place | None) -> str | None:
    """Write a place in a list as an opaque cursor."""
    if place is None:
        return None
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}.{place.number}"


def read_cursor(text: str | None) -> Place | None:
    """Read a cursor; none for what is none."""
    if text is None or not re.fullmatch(CURSOR, text):
        return None
    microseconds, _, number = text.partition(".")
    return Place(_EPOCH + timedelta(microseconds=int(microseconds)), number)
