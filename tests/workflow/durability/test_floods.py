"""Floods: a ticket may become slow under one, but it never ends by it or gets stuck."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

import pytest

from gateway.temporal_client import execute_update
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.temporal_servers import dev_server
from tests.support.workflow.ticket_workflow import Handle
from tests.workflow.conftest import EnvironmentFactory
from workflows.ticket.history_limits import MAX_HISTORY_BYTES, MAX_HISTORY_EVENTS

FLOOD: Final = 3_000
SENDERS: Final = 32


@pytest.fixture
async def idle_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment on the real server that keeps many signals; the test starts its workers."""
    async with dev_server() as server, open_env(server, with_workers=False) as env:
        yield env


@pytest.fixture
async def short_history_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment on which histories are soon too long."""
    flags = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=200"]
    async with dev_server(*flags) as server, open_env(server) as env:
        yield env


async def flood(env: TicketEnvironment, count: int, name: str = "partner_outcome") -> None:
    """Signal the ticket so many strays, as fast as it goes."""
    places, handle = iter(range(count)), env.handle

    async def send() -> None:
        for place in places:
            outcome = {"outcome_id": f"stray-{place}", "partner_id": "buchkiste"}
            await handle.signal(name, outcome | {"outcome": "confirmed", "note": "x" * 100})

    await asyncio.gather(*[send() for _ in range(SENDERS)])


async def history_sizes(env: TicketEnvironment, number: str) -> list[tuple[int, int]]:
    """Events and bytes of each history of a ticket."""
    query = f"WorkflowId = '{number}'"
    found = []
    async for one in env.client.list_workflows(query):
        handle: Handle = env.client.get_workflow_handle(one.id, run_id=one.run_id)
        info = (await handle.describe()).raw_description.workflow_execution_info
        found.append((info.history_length, info.history_size_bytes))
    return found


async def test_thousands_of_signals_that_waited_stop_neither_the_ticket_nor_others(
    idle_env: TicketEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    env = idle_env
    await env.start_workers()
    await env.file_and_send()
    flooded = env.number
    await env.stop_workers()
    await flood(env, FLOOD)
    with caplog.at_level(logging.WARNING):
        await env.start_workers()
        decision = {"request_id": "d-1", "actor": "agent:anna", "outcome": "rejected"}
        decision |= {"reason_code": "order_not_found"}
        deciding = asyncio.create_task(execute_update(env.client, flooded, "decide", decision))
        await asyncio.sleep(0)
        started = time.monotonic()
        await env.file_and_send(account="acc-other", order="VT-7777-7")
        await env.send_outcome("rejected", reason_code="other")
        await env.wait_until_closed()
        others = time.monotonic() - started
        assert (await deciding).state == "rejected"
        decided = time.monotonic() - started
        env.number = flooded
        outcome = await env.wait_until_closed()
    print(f"others {others:.1f} s, decided {decided:.1f} s, {await history_sizes(env, flooded)}")
    assert outcome.reason_code == "order_not_found"
    row, notes = await env.row(), await env.message_log()
    assert len(notes) + row["messages_left_out"] == FLOOD + 1
    assert "TMPRL1101" not in caplog.text
    for events, size in await history_sizes(env, flooded):
        assert events < 10_000
        assert size < 10_000_000


async def test_a_history_is_continued_under_load_and_nothing_is_lost_or_handled_twice(
    short_history_env: TicketEnvironment,
) -> None:
    env = short_history_env
    await env.file_and_send()
    flooding = asyncio.create_task(flood(env, 600))
    answers = []
    for place in itertools.count(1):
        answers.append(await resend_until_accepted(env, f"resend-{place}"))
        if flooding.done() and place >= 20:
            break
    await flooding
    await env.send_outcome("rejected", reason_code="order_not_found")
    assert (await env.wait_until_closed()).reason_code == "order_not_found"
    histories = await history_sizes(env, env.number)
    print(histories)
    assert len(histories) > 2
    row = await env.row()
    notes = [note["message_id"] for note in await env.message_log()]
    assert len(notes) == len(set(notes))
    assert len(notes) + row["messages_left_out"] == 600 + len(answers) + 1
    assert max(events for events, _ in histories) < MAX_HISTORY_EVENTS
    assert max(size for _, size in histories) < MAX_HISTORY_BYTES


async def resend_until_accepted(env: TicketEnvironment, request_id: str) -> str:
    """Ask as a gateway does: once more, where a history was just being continued."""
    request = {"request_id": request_id, "actor": "agent:anna"}
    answer = await execute_update(env.client, env.number, "resend_to_partner", request)
    return answer.request_id
