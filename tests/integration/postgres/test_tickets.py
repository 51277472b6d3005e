"""Writing steps down: each once, in any order of arrival, and history is append-only."""

import asyncio
from datetime import UTC, datetime

import pytest

from adapters.postgres.database import QUERIES, Database
from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.internal import Delivered
from tests.support.builders import a_withdrawal, an_outcome
from tests.support.csv_filing import Desk
from tests.support.stored_rows import opened

TABLES = ("ticket_transitions", "emails", "ticket_messages")


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    await desk.open_account()
    return desk


async def change_sets(desk: Desk) -> list[ChangeSet]:
    """The steps of a ticket that was sent, asked about, and confirmed."""
    admission = await desk.file()
    assert admission.ticket
    aggregate, steps = TicketAggregate(admission.ticket), []
    next_delivery_purpose(aggregate)
    stray = an_outcome(outcome_id="evt-stray", partner_id="fernweh")
    for message in (Delivered(reference="ref-1"), stray, an_outcome()):
        handle_message(aggregate, message, datetime.now(UTC))
        steps.append(aggregate.collect_changes())
    return steps


async def test_a_step_written_twice_changes_nothing(desk: Desk, database_url: str) -> None:
    steps = await change_sets(desk)
    for step in steps:
        await desk.persistence.apply_changes(step)
    async with opened(database_url) as books:
        before = await books.contents()
        for step in steps:
            await desk.persistence.apply_changes(step)
        assert await books.contents() == before
        assert [await books.count(table) for table in TABLES] == [3, 2, 2]


async def test_a_step_written_twenty_times_at_once_is_written_once(
    desk: Desk, database_url: str
) -> None:
    step = (await change_sets(desk))[0]
    await asyncio.gather(*(desk.persistence.apply_changes(step) for _ in range(20)))
    async with opened(database_url) as books:
        statement = "select count(*) from ticket_transitions where event = 'claim_sent'"
        assert await books.value(statement) == 1


async def test_an_older_step_never_overwrites_a_newer_one(desk: Desk, database_url: str) -> None:
    """An attempt that hung comes through after the step that followed it."""
    steps = await change_sets(desk)
    async with opened(database_url) as books:
        for step in reversed(steps):
            await desk.persistence.apply_changes(step)
        row = await books.connection.fetchrow("select * from tickets")
        assert row
        assert (row["state"], row["version"]) == ("awaiting_cancellation_period", steps[-1].version)
        assert row["confirmed_amount"] is not None
        assert [await books.count(table) for table in TABLES] == [3, 2, 2]


async def test_every_move_is_kept_in_its_order(desk: Desk, database_url: str) -> None:
    aggregate = await desk.confirm(await desk.file())
    await desk.settle(aggregate)
    async with opened(database_url) as books:
        rows = await books.connection.fetch(
            "select seq, event, to_state from ticket_transitions order by seq"
        )
    assert [tuple(row) for row in rows] == [
        (1, "claim_accepted", "validated"),
        (2, "claim_sent", "sent_to_partner"),
        (3, "partner_confirmed", "awaiting_cancellation_period"),
        (4, "cancellation_period_ended", "resolved"),
    ]


async def test_what_a_person_wrote_is_kept_as_it_is_cleaned(desk: Desk, database_url: str) -> None:
    words = "<b>\x00'; --\U0001f600\x1b[0m\r\n{{ 7*7 }}\r\n" * 50
    await desk.hears(await desk.file(), a_withdrawal(reason=words))
    async with opened(database_url) as books:
        kept = await books.value("select note from ticket_transitions where event = 'withdrawn'")
    assert kept == "\n".join(["<b>\ufffd'; --\U0001f600[0m", "{{ 7*7 }}"] * 50)


async def test_a_letter_is_marked_as_sent_once(
    desk: Desk, database: Database, database_url: str
) -> None:
    number = (await desk.file()).result.number
    keys = {"number": number, "key": "1-confirmation"}
    await database.execute(QUERIES.mark_email_sent, **keys)
    async with opened(database_url) as books:
        first = await books.value("select sent_at from emails")
        await database.execute(QUERIES.mark_email_sent, **keys)
        assert await books.value("select sent_at from emails") == first
    assert first is not None
