"""Cursors of pages: of tickets, and of a ticket's messages."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.postgres.agents.ticket_detail import MESSAGES_PAGE_SIZE, MessageCursor
from adapters.postgres.agents.ticket_record_rows import MessageLogRow
from adapters.postgres.agents.ticket_search import PageCursor

CURSOR_PATTERN: Final = r"^[0-9]{1,16}\.ZW-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$"
"""Any text of this form is a valid cursor; it reveals nothing about the tickets around it."""
MESSAGE_CURSOR_PATTERN: Final = r"^[0-9]{1,16}\.[0-9]{1,9}\.[0-9]{1,9}$"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def encode_cursor(cursor: PageCursor | None) -> str | None:
    """Return the cursor for a position in a list of tickets."""
    if cursor is None:
        return None
    return f"{(cursor.at - _EPOCH) // timedelta(microseconds=1)}.{cursor.number}"


def decode_cursor(text: str | None) -> PageCursor | None:
    """Return the position that a cursor stands for; `None` for an invalid one."""
    if text is None or not re.fullmatch(CURSOR_PATTERN, text):
        return None
    microseconds, _, number = text.partition(".")
    return PageCursor(_EPOCH + timedelta(microseconds=int(microseconds)), number)


def encode_message_cursor(newest_first: Sequence[MessageLogRow]) -> str | None:
    """Return the cursor of the next older page, if there are more messages than one page holds."""
    if len(newest_first) <= MESSAGES_PAGE_SIZE:
        return None
    last = newest_first[MESSAGES_PAGE_SIZE - 1]
    return f"{(last.at - _EPOCH) // timedelta(microseconds=1)}.{last.version}.{last.ordinal}"


def decode_message_cursor(text: str | None) -> MessageCursor | None:
    """Return the position that a message cursor stands for; `None` for an invalid one."""
    if text is None or not re.fullmatch(MESSAGE_CURSOR_PATTERN, text):
        return None
    microseconds, version, ordinal = map(int, text.split("."))
    return MessageCursor(_EPOCH + timedelta(microseconds=microseconds), version, ordinal)
