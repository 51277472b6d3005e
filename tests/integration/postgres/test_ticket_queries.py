"""The agents' queues, counted and listed by the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.agents.queues import QUEUES, DayBoundaries, count_queues, list_queue
from adapters.postgres.agents.ticket_search import (
    PageCursor,
    TicketFilters,
    cursor_after_page,
    find_tickets,
)
from adapters.postgres.database import Database

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
MIDNIGHT_IN_WARSAW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
MIDNIGHT_IN_DUBLIN = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
TODAY = DayBoundaries(
    NOW, {"velotel": MIDNIGHT_IN_WARSAW, "brightvolt": MIDNIGHT_IN_DUBLIN}, MIDNIGHT_IN_DUBLIN
)


async def insert_ticket(database: Database, number: str, **columns: Any) -> None:
    """Insert a ticket's row; a greater number means a newer ticket."""
    defaults: dict[str, Any] = {
        "state": "sent_to_partner",
        "partner_id": "velotel",
        "due_at": None,
        "attention": [],
        "created_at": NOW - timedelta(days=10) + timedelta(minutes=int(number)),
    }
    row = defaults | columns
    async with database.transaction() as connection:
        await connection.execute(
            "insert into tickets (number, workflow_run_id, claim_digest, version, admission, state,"
            " partner_id,"
            " due_at, attention, created_at)"
            " values ($1, '', '', 1, '{}'::json, $2, $3, $4, $5, $6)",
            number,
            *(row[name] for name in ("state", "partner_id", "due_at", "attention", "created_at")),
        )


async def queued_numbers(database: Database, queue: Any) -> list[str]:
    """Return the numbers of a queue's tickets, in its order."""
    rows = await list_queue(database, queue, TODAY, 10)
    assert (await count_queues(database, TODAY))[queue] == len(rows)
    return [row.number for row in rows]


async def test_the_ticket_that_waits_longest_for_attention_comes_first(database: Database) -> None:
    await insert_ticket(database, "3", attention=["amount_undecided"], state="on_hold")
    await insert_ticket(database, "1", attention=["partner_silent"])
    await insert_ticket(database, "2")
    assert await queued_numbers(database, "attention") == ["1", "3"]


async def test_a_closed_ticket_whose_member_was_not_notified_has_its_own_queue(
    database: Database,
) -> None:
    """A permanent attention flag must not come before tickets that can be helped."""
    await insert_ticket(database, "1", attention=["mail_undeliverable"], state="resolved")
    await insert_ticket(database, "2", attention=["mail_undeliverable"])
    assert await queued_numbers(database, "attention") == ["2"]
    assert await queued_numbers(database, "not_notified") == ["1"]


async def test_overdue_means_a_passed_deadline_or_a_partner_without_a_response(
    database: Database,
) -> None:
    """R31: after its time-out a ticket has no response deadline any more."""
    await insert_ticket(database, "1", attention=["partner_silent"])
    await insert_ticket(database, "2", due_at=NOW - timedelta(seconds=1))
    await insert_ticket(database, "3", due_at=NOW)
    await insert_ticket(database, "4", attention=["amount_undecided"])
    assert await queued_numbers(database, "overdue") == ["1", "2"]


@pytest.mark.parametrize(
    ("partner", "due_at", "is_today"),
    [
        ("velotel", NOW, True),
        ("velotel", MIDNIGHT_IN_WARSAW, True),
        ("velotel", MIDNIGHT_IN_WARSAW + timedelta(seconds=1), False),
        ("brightvolt", MIDNIGHT_IN_WARSAW + timedelta(seconds=1), True),
        ("brightvolt", MIDNIGHT_IN_DUBLIN + timedelta(seconds=1), False),
        ("gone-partner", MIDNIGHT_IN_DUBLIN, True),
        ("velotel", NOW - timedelta(seconds=1), False),
    ],
)
async def test_today_ends_at_midnight_in_the_partners_market(
    database: Database, partner: str, due_at: datetime, is_today: bool
) -> None:
    await insert_ticket(database, "1", partner_id=partner, due_at=due_at)
    assert await queued_numbers(database, "today") == (["1"] if is_today else [])


async def test_the_next_page_of_a_queue_starts_where_the_last_one_ended(database: Database) -> None:
    for number in ("1", "2", "3"):
        await insert_ticket(database, number, attention=["partner_silent"], created_at=NOW)
    rows = await list_queue(database, "attention", TODAY, 3)
    cursor = cursor_after_page(rows, 2)
    assert cursor == PageCursor(NOW, "2")
    rest = await list_queue(database, "attention", TODAY, 3, cursor)
    assert [row.number for row in rest] == ["3"]
    assert cursor_after_page(rest, 2) is None


async def test_the_newest_ticket_is_found_first_and_equal_times_keep_their_order(
    database: Database,
) -> None:
    for number in ("1", "2", "3"):
        await insert_ticket(database, number, created_at=NOW)
    rows = await find_tickets(database, TicketFilters(), 2)
    rest = await find_tickets(database, TicketFilters(), 2, PageCursor(NOW, rows[-1].number))
    assert [row.number for row in [*rows, *rest]] == ["3", "2", "1"]


async def test_an_empty_database_has_empty_queues(database: Database) -> None:
    assert await count_queues(database, TODAY) == dict.fromkeys(QUEUES, 0)
