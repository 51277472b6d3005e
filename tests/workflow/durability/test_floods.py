"""Floods: a ticket may become slow under one, but it never ends by it or gets stuck."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

import pytest

from gateway.temporal_client import execute_update
from tests.support.environment import Handle, Stage
from tests.support.setup import real_server
from tests.workflow.conftest import SetUp
from workflows.activity_options import MAX_HISTORY_BYTES, MAX_HISTORY_EVENTS

FLOOD: Final = 3_000
SENDERS: Final = 32


@pytest.fixture
async def idle_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on the real server that keeps many signals; its workers come when they are told."""
    async with real_server() as server, staged(server, with_workers=False) as stage:
        yield stage


@pytest.fixture
async def short_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on which histories are soon too long."""
    flags = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=200"]
    async with real_server(*flags) as server, staged(server) as stage:
        yield stage


async def flood(stage: Stage, count: int, name: str = "partner_outcome") -> None:
    """Signal the ticket so many strays, as fast as it goes."""
    places, handle = iter(range(count)), stage.handle

    async def send() -> None:
        for place in places:
            outcome = {"outcome_id": f"stray-{place}", "partner_id": "buchkiste"}
            await handle.signal(name, outcome | {"outcome": "confirmed", "note": "x" * 100})

    await asyncio.gather(*[send() for _ in range(SENDERS)])


async def sizes(stage: Stage, number: str) -> list[tuple[int, int]]:
    """Events and bytes of each history of a ticket."""
    query = f"WorkflowId = '{number}'"
    found = []
    async for one in stage.client.list_workflows(query):
        handle: Handle = stage.client.get_workflow_handle(one.id, run_id=one.run_id)
        info = (await handle.describe()).raw_description.workflow_execution_info
        found.append((info.history_length, info.history_size_bytes))
    return found


async def test_thousands_of_signals_that_waited_stop_neither_the_ticket_nor_others(
    idle_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage = idle_stage
    await stage.workers_come()
    await stage.filed_and_sent()
    flooded = stage.number
    await stage.workers_go()
    await flood(stage, FLOOD)
    with caplog.at_level(logging.WARNING):
        await stage.workers_come()
        decision = {"request_id": "d-1", "actor": "agent:anna", "outcome": "rejected"}
        decision |= {"reason_code": "order_not_found"}
        deciding = asyncio.create_task(execute_update(stage.client, flooded, "decide", decision))
        await asyncio.sleep(0)
        started = time.monotonic()
        await stage.filed_and_sent(account="acc-other", order="VT-7777-7")
        await stage.partner_says("rejected", reason_code="other")
        await stage.ended()
        others = time.monotonic() - started
        assert (await deciding).state == "rejected"
        decided = time.monotonic() - started
        stage.number = flooded
        outcome = await stage.ended()
    print(f"others {others:.1f} s, decided {decided:.1f} s, {await sizes(stage, flooded)}")
    assert outcome.reason_code == "order_not_found"
    row, notes = await stage.row(), await stage.notes()
    assert len(notes) + row["notes_left_out"] == FLOOD + 1
    assert "TMPRL1101" not in caplog.text
    for events, size in await sizes(stage, flooded):
        assert events < 10_000
        assert size < 10_000_000


async def test_a_history_is_continued_under_load_and_nothing_is_lost_or_heard_twice(
    short_stage: Stage,
) -> None:
    stage = short_stage
    await stage.filed_and_sent()
    flooding = asyncio.create_task(flood(stage, 600))
    answers = []
    for place in itertools.count(1):
        answers.append(await ask_until_taken(stage, f"resend-{place}"))
        if flooding.done() and place >= 20:
            break
    await flooding
    await stage.partner_says("rejected", reason_code="order_not_found")
    assert (await stage.ended()).reason_code == "order_not_found"
    histories = await sizes(stage, stage.number)
    print(histories)
    assert len(histories) > 2
    row = await stage.row()
    notes = [note["message_id"] for note in await stage.notes()]
    assert len(notes) == len(set(notes))
    assert len(notes) + row["notes_left_out"] == 600 + len(answers) + 1
    assert max(events for events, _ in histories) < MAX_HISTORY_EVENTS
    assert max(size for _, size in histories) < MAX_HISTORY_BYTES


async def ask_until_taken(stage: Stage, request_id: str) -> str:
    """Ask as a gateway does: once more, where a history was just being continued."""
    request = {"request_id": request_id, "actor": "agent:anna"}
    answer = await execute_update(stage.client, stage.number, "resend_to_partner", request)
    return answer.request_id
