"""Tickets as agents find and read them, and requests that came after a ticket's end."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from adapters.postgres.change_sets import insert_request_result, log_late_message
from adapters.postgres.database import QUERIES, Database
from domain.admission.admission import Admission
from domain.handlers.commands.earlier_results import result_for_command
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import RequestResult, StoredRequestResult
from domain.tickets.messages.commands import TicketCommand
from domain.tickets.states import FINAL
from domain.values.types import FrozenModel

Queue = Literal["attention", "discrepancies", "overdue", "today", "not_notified"]
"""What waits for an agent: needs attention; was contradicted and could not move; a deadline has
passed; it passes today in the partner's market; the ticket has ended, and the member could not be
told.
"""
QUEUES: Final[tuple[Queue, ...]] = (
    "attention", "discrepancies", "overdue", "today", "not_notified",
)  # fmt: skip
_FINAL: Final = sorted(FINAL)
MESSAGES_PAGE_SIZE: Final = 50
"""Of a ticket: what strangers send must not make its page endless."""


class PageCursor(NamedTuple):
    """Where a page of tickets ends: the moment its last ticket was created, and its number."""

    at: datetime
    number: str


class MessageCursor(NamedTuple):
    """Where a page of a ticket's messages ends; `None`: at the newest."""

    at: datetime | None
    version: int | None
    ordinal: int | None


class TicketFilters(FrozenModel):
    """What tickets must be like; `None` for whatever they are. `attention` may be `any`."""

    number: str | None = None
    order_key: str | None = None
    email: str | None = None
    partner_id: str | None = None
    state: str | None = None
    attention: str | None = None
    due_before: datetime | None = None


class DayBoundaries(NamedTuple):
    """This moment, and when the day ends in each partner's market; `ends_at` for all others."""

    now: datetime
    ends: Mapping[str, datetime]
    ends_at: datetime


async def find_tickets(
    database: Database, filters: TicketFilters, most: int, after: PageCursor | None = None
) -> list[dict[str, Any]]:
    """Return up to `most` tickets, the newest first, that come after a place."""
    page = {
        "most": most,
        "before_at": after.at if after else None,
        "before_number": after.number if after else None,
    }
    async with database.transaction() as connection:
        await QUERIES.force_custom_plan(connection)
        rows = QUERIES.find_tickets(connection, **filters.model_dump(), **page)
        return [dict(row) async for row in rows]


async def list_queue(
    database: Database,
    queue: Queue,
    today: DayBoundaries,
    most: int,
    after: PageCursor | None = None,
) -> list[dict[str, Any]]:
    """Return up to `most` tickets of a queue; those that were created first come first."""
    page = _bounds(today) | {
        "queue": queue,
        "most": most,
        "after_at": after.at if after else None,
        "after_number": after.number if after else None,
    }
    async with database.transaction() as connection:
        await QUERIES.force_custom_plan(connection)
        return [dict(row) async for row in QUERIES.list_queue(connection, **page)]


async def count_queues(database: Database, today: DayBoundaries) -> dict[str, int]:
    """Return how many tickets each queue holds; a thousand stands for more."""
    return await database.one("count_queues", **_bounds(today)) or {}


def _bounds(today: DayBoundaries) -> dict[str, Any]:
    return {
        "final": _FINAL,
        "now": today.now,
        "partner_ids": list(today.ends),
        "ends": list(today.ends.values()),
        "day_ends": today.ends_at,
        "last_end": max([today.ends_at, *today.ends.values()]),
    }


async def get_ticket_detail(database: Database, number: str) -> dict[str, Any] | None:
    """Return a ticket's row with `rules`, `moves`, `letters`, `notes`, `same_order`, `duplicates`;
    moments inside of these are text. Of the notes those that came last, one more than a page.
    """
    return await database.one("get_ticket_detail", number=number, messages=MESSAGES_PAGE_SIZE + 1)


async def list_messages_before(
    database: Database, number: str, place: MessageCursor | None
) -> list[dict[str, Any]]:
    """Return a page of a ticket's messages and one more, the newest first, before a place."""
    before = (place or MessageCursor(None, None, None))._asdict()
    async with database.transaction() as connection:
        rows = QUERIES.list_messages_before(
            connection, number=number, most=MESSAGES_PAGE_SIZE + 1, **before
        )
        return [dict(row) async for row in rows]


async def get_admission(database: Database, number: str) -> Admission | None:
    """Return what was decided on the claim of this number, if anything was."""
    row = await database.one("get_admission", number=number)
    return Admission.model_validate(row["admission"]) if row else None


async def is_owned_by(database: Database, number: str, account_ids: Collection[str]) -> bool:
    """Say whether the number is a ticket of one of these accounts.

    For somebody else's ticket it takes the same look as for a number that nobody knows.
    """
    accounts = sorted(account_ids)
    return bool(await database.value("ticket_is_owned_by", number=number, account_ids=accounts))


async def log_late_command(
    database: Database, number: str, request: TicketCommand, note: MessageLogEntry
) -> RequestResult | None:
    """Keep a request that came after the ticket's end as `note`, and return its first answer.

    `None` where there is no such ticket. Kept again, nothing changes.
    """
    keys: dict[str, Any] = {
        "number": number,
        "caller": request.sender,
        "request_id": request.request_id,
    }
    async with database.transaction() as connection:
        state = await QUERIES.lock_ticket_state(connection, number=number)
        if state is None:
            return None
        if first := await QUERIES.get_request_result(connection, **keys):
            return result_for_command(StoredRequestResult.model_validate(first), request)
        answer = StoredRequestResult(
            **keys, digest=request.digest, state=state, state_changed=False, code=note.code
        )
        await insert_request_result(connection, answer)
        await log_late_message(connection, number, note)
        return answer


def cursor_after_page(rows: Sequence[Mapping[str, Any]], most: int) -> PageCursor | None:
    """Return where a page of `most` tickets ends, if `rows` hold one more than fit on it."""
    last = rows[most - 1] if len(rows) > most else None
    return PageCursor(last["created_at"], last["number"]) if last else None
