"""Floods of signals: they may slow a ticket down, but never end it or block it."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

import pytest
from temporalio.service import RPCError

from domain.errors import TransientError
from domain.tickets.changes.request_result import RequestResult
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
    """An environment with the Temporal dev server; the test starts the workers."""
    async with dev_server() as server, open_env(server, with_workers=False) as env:
        yield env


@pytest.fixture
async def short_history_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment in which a new run is suggested after 200 events."""
    flags = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=200"]
    async with dev_server(*flags) as server, open_env(server) as env:
        yield env


async def flood(env: TicketEnvironment, count: int, name: str = "partner_outcome") -> None:
    """Send the ticket so many signals of another partner, as fast as possible."""
    indexes, handle = iter(range(count)), env.handle

    async def send() -> None:
        for index in indexes:
            outcome = {"outcome_id": f"stray-{index}", "partner_id": "buchkiste"}
            await handle.signal(name, outcome | {"outcome": "confirmed", "note": "x" * 100})

    await asyncio.gather(*[send() for _ in range(SENDERS)])


async def history_sizes(env: TicketEnvironment, number: str) -> list[tuple[int, int]]:
    """Number of events and bytes of each run's history."""
    query = f"WorkflowId = '{number}'"
    sizes = []
    async for one in env.client.list_workflows(query):
        handle: Handle = env.client.get_workflow_handle(one.id, run_id=one.run_id)
        info = (await handle.describe()).raw_description.workflow_execution_info
        sizes.append((info.history_length, info.history_size_bytes))
    return sizes


async def test_thousands_of_waiting_signals_block_neither_the_ticket_nor_others(
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
        deciding = asyncio.create_task(until_answered(env, flooded, "decide", decision))
        await asyncio.sleep(0)
        started = time.monotonic()
        await env.file_and_send(account="acc-other", order="VT-7777-7")
        await env.send_outcome("rejected", reason_code="other")
        await env.wait_until_closed()
        other_seconds = time.monotonic() - started
        assert (await deciding).state == "rejected"
        decision_seconds = time.monotonic() - started
        env.number = flooded
        outcome = await env.wait_until_closed()
    print(
        f"others {other_seconds:.1f} s, decision {decision_seconds:.1f} s,"
        f" {await history_sizes(env, flooded)}"
    )
    assert outcome.reason_code == "order_not_found"
    row, entries = await env.row(), await env.message_log()
    assert len(entries) + row["messages_left_out"] == FLOOD + 1
    assert "TMPRL1101" not in caplog.text
    for events, size in await history_sizes(env, flooded):
        assert events < 10_000
        assert size < 10_000_000


async def test_no_message_is_lost_or_handled_twice_when_runs_continue_under_load(
    short_history_env: TicketEnvironment,
) -> None:
    env = short_history_env
    await env.file_and_send()
    flooding = asyncio.create_task(flood(env, 600))
    results = []
    for index in itertools.count(1):
        results.append(await resend_until_accepted(env, f"resend-{index}"))
        if flooding.done() and index >= 20:
            break
    await flooding
    await env.send_outcome("rejected", reason_code="order_not_found")
    assert (await env.wait_until_closed()).reason_code == "order_not_found"
    histories = await history_sizes(env, env.number)
    print(histories)
    assert len(histories) > 2
    row = await env.row()
    message_ids = [entry["message_id"] for entry in await env.message_log()]
    assert len(message_ids) == len(set(message_ids))
    assert len(message_ids) + row["messages_left_out"] == 600 + len(results) + 1
    assert max(events for events, _ in histories) < MAX_HISTORY_EVENTS
    assert max(size for _, size in histories) < MAX_HISTORY_BYTES


async def resend_until_accepted(env: TicketEnvironment, request_id: str) -> str:
    """Let the claim be sent to the partner again; return the id of the request."""
    request = {"request_id": request_id, "actor": "agent:anna"}
    return (await until_answered(env, env.number, "resend_to_partner", request)).request_id


async def until_answered(
    env: TicketEnvironment, number: str, update: str, request: dict[str, str]
) -> RequestResult:
    """Send an update again under its id while there is no answer in time, as a platform does."""
    while True:
        with contextlib.suppress(TransientError, RPCError):
            return await execute_update(env.client, number, update, request)
