"""The sequence of events: complete, without repetition, and the same for all readers."""

import asyncio
from typing import Any

from adapters.postgres.database import QUERIES
from tests.gateway.feed.events.feed import events, latest
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until


async def test_page_after_page_shows_each_event_once_and_in_order(gateway: RunningGateway) -> None:
    after = await latest(gateway)
    accounts = [gateway.new_id("acc") for _ in range(3)]
    for account in accounts:
        await gateway.env.file_and_send(account=account)
    seen: list[int] = []
    while page := (await events(gateway, *accounts, after=after, limit=2))["events"]:
        assert len(page) <= 2
        seen += [int(one["event_id"]) for one in page]
        after = page[-1]["event_id"]
    assert len(seen) == 6
    assert seen == sorted(set(seen))


async def test_a_transition_that_becomes_visible_late_is_not_missed(
    gateway: RunningGateway,
) -> None:
    """Of two that are stored concurrently, the one with the higher number commits first."""
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    after, database = await latest(gateway), gateway.env.database
    transition = {
        "number": gateway.env.number,
        "event": "partner_silent",
        "from_state": "sent_to_partner",
        "to_state": "sent_to_partner",
        "reason_code": None,
        "actor": "system",
        "note": None,
        "at": (await gateway.env.row())["created_at"],
    }
    async with database.transaction() as slow:
        await QUERIES.insert_transition(slow, seq=98, **transition)
        async with database.transaction() as quick:
            await QUERIES.insert_transition(quick, seq=99, **transition)
        first = await events(gateway, after=after)
        assert [one["seq"] for one in first["events"]] == [99]
    second = await events(gateway, after=first["next"])
    assert [one["seq"] for one in second["events"]] == [98]


async def test_concurrent_readers_get_the_same_order(gateway: RunningGateway) -> None:
    after, account = await latest(gateway), gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    pages = await asyncio.gather(*(events(gateway, account, after=after) for _ in range(10)))
    assert len(pages[0]["events"]) == 2
    assert all(page == pages[0] for page in pages)


async def test_transitions_are_sequenced_also_without_a_reader(gateway: RunningGateway) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))

    async def has_unsequenced() -> Any:
        return await gateway.env.database.fetch_value(QUERIES.has_unsequenced_transitions)

    await wait_until(has_unsequenced, lambda found: not found)
