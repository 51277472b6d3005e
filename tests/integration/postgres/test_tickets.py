"""Change sets are stored once each, in any order of arrival, and append transitions."""

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
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import TicketStore

TABLES = ("ticket_transitions", "emails", "ticket_messages")


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database)
    await store.register_link()
    return store


async def make_change_sets(store: TicketStore) -> list[ChangeSet]:
    """The change sets of a ticket that was sent, got a foreign outcome, and was confirmed."""
    admission = await store.file()
    assert admission.ticket
    aggregate, change_sets = TicketAggregate(admission.ticket), []
    next_delivery_purpose(aggregate)
    foreign = an_outcome(outcome_id="evt-foreign", partner_id="fernweh")
    for message in (Delivered(reference="ref-1"), foreign, an_outcome()):
        handle_message(aggregate, message, datetime.now(UTC))
        change_sets.append(aggregate.collect_changes())
    return change_sets


async def test_a_change_set_that_is_stored_twice_changes_nothing(
    store: TicketStore, database_url: str
) -> None:
    change_sets = await make_change_sets(store)
    for change_set in change_sets:
        await store.persistence.apply_changes(change_set)
    async with open_rows(database_url) as stored:
        before = await stored.contents()
        for change_set in change_sets:
            await store.persistence.apply_changes(change_set)
        assert await stored.contents() == before
        assert [await stored.count(table) for table in TABLES] == [3, 2, 2]


async def test_a_change_set_with_twenty_concurrent_attempts_is_stored_once(
    store: TicketStore, database_url: str
) -> None:
    change_set = (await make_change_sets(store))[0]
    await asyncio.gather(*(store.persistence.apply_changes(change_set) for _ in range(20)))
    async with open_rows(database_url) as stored:
        statement = "select count(*) from ticket_transitions where event = 'claim_sent'"
        assert await stored.value(statement) == 1


async def test_an_older_change_set_never_overwrites_a_newer_one(
    store: TicketStore, database_url: str
) -> None:
    """A delayed attempt may finish after the change set that followed it."""
    change_sets = await make_change_sets(store)
    async with open_rows(database_url) as stored:
        for change_set in reversed(change_sets):
            await store.persistence.apply_changes(change_set)
        row = await stored.connection.fetchrow("select * from tickets")
        assert row
        assert (row["state"], row["version"]) == (
            "awaiting_cancellation_period",
            change_sets[-1].version,
        )
        assert row["confirmed_amount"] is not None
        assert [await stored.count(table) for table in TABLES] == [3, 2, 2]


async def test_every_transition_is_stored_in_order(store: TicketStore, database_url: str) -> None:
    aggregate = await store.confirm(await store.file())
    await store.settle(aggregate)
    async with open_rows(database_url) as stored:
        rows = await stored.connection.fetch(
            "select seq, event, to_state from ticket_transitions order by seq"
        )
    assert [tuple(row) for row in rows] == [
        (1, "claim_accepted", "validated"),
        (2, "claim_sent", "sent_to_partner"),
        (3, "partner_confirmed", "awaiting_cancellation_period"),
        (4, "cancellation_period_ended", "resolved"),
    ]


async def test_texts_of_people_are_stored_cleaned(store: TicketStore, database_url: str) -> None:
    text = "<b>\x00'; --\U0001f600\x1b[0m\r\n{{ 7*7 }}\r\n" * 50
    await store.handle(await store.file(), a_withdrawal(reason=text))
    async with open_rows(database_url) as stored:
        note = await stored.value("select note from ticket_transitions where event = 'withdrawn'")
    assert note == "\n".join(["<b>\ufffd'; --\U0001f600[0m", "{{ 7*7 }}"] * 50)


async def test_an_email_is_marked_as_sent_once(
    store: TicketStore, database: Database, database_url: str
) -> None:
    number = (await store.file()).result.number
    keys = {"number": number, "key": "1-confirmation"}
    await database.execute(QUERIES.mark_email_sent, **keys)
    async with open_rows(database_url) as stored:
        first = await stored.value("select sent_at from emails")
        await database.execute(QUERIES.mark_email_sent, **keys)
        assert await stored.value("select sent_at from emails") == first
    assert first is not None
