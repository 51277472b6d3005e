"""Payloads of a codec: tickets wait until a worker has that codec."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.durability.scrambling_codec import with_codec


@pytest.fixture
async def plain_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment whose workers have no codec."""
    async with dev_server() as server, open_env(server, with_workers=False) as env:
        yield env


@asynccontextmanager
async def running_workers(env: TicketEnvironment) -> AsyncIterator[None]:
    """Run workers inside the block."""
    await env.start_workers()
    try:
        yield
    finally:
        await env.stop_workers()


async def wait_for_failed_task(env: TicketEnvironment, times: int = 1) -> None:
    """Wait until so many workflow tasks have failed."""

    async def count_failed_tasks() -> int:
        failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        return len(
            [one async for one in env.handle.fetch_history_events() if one.event_type == failed]
        )

    await wait_until(count_failed_tasks, lambda count: count >= times)


async def test_a_claim_waits_for_a_worker_with_its_codec(
    plain_env: TicketEnvironment,
) -> None:
    env = plain_env
    plain, claim = env.client, await env.prepare_claim()
    env.client = with_codec(plain)
    await env.start_workflow(claim)
    env.client = plain
    async with running_workers(env):
        await wait_for_failed_task(env)
    described = await env.handle.describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert await env.rows("tickets", "number") == []
    assert env.emails() == []
    env.client = with_codec(plain)
    async with running_workers(env):
        await env.wait_for_state("sent_to_partner")


async def test_a_message_waits_for_a_worker_with_its_codec(plain_env: TicketEnvironment) -> None:
    env = plain_env
    plain = env.client
    async with running_workers(env):
        await env.file_and_send()
        env.client = with_codec(plain)
        await env.send_outcome("rejected", reason_code="order_not_found")
        env.client = plain
        await wait_for_failed_task(env)
        assert (await env.row())["state"] == "sent_to_partner"
        assert await env.message_log() == []
    env.client = with_codec(plain)

    async with running_workers(env):
        outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert [entry["code"] for entry in await env.message_log()] == ["applied"]
