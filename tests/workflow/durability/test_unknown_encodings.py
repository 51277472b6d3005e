"""Payloads that some codec wrote: a worker without it leaves the ticket alone until one comes."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.converter import PayloadCodec

from tests.support.environment import Stage, until
from tests.support.setup import real_server
from tests.workflow.conftest import SetUp

KEY: Final = 0x5A


class Scrambled(PayloadCodec):
    """Stands for encryption: what it writes only it can read."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [_scrambled(one) for one in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload.FromString(bytes(byte ^ KEY for byte in one.data))
            if one.metadata.get("encoding") == b"binary/encrypted"
            else one
            for one in payloads
        ]


def _scrambled(payload: Payload) -> Payload:
    data = bytes(byte ^ KEY for byte in payload.SerializeToString())
    return Payload(metadata={"encoding": b"binary/encrypted"}, data=data)


def with_codec(client: Client) -> Client:
    """The same client, with the codec."""
    converter = dataclasses.replace(client.data_converter, payload_codec=Scrambled())
    return Client(client.service_client, namespace=client.namespace, data_converter=converter)


@pytest.fixture
async def plain_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage whose workers have no codec."""
    async with real_server() as server, staged(server, with_workers=False) as stage:
        yield stage


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[None]:
    """Let the workers work meanwhile."""
    await stage.workers_come()
    try:
        yield
    finally:
        await stage.workers_go()


async def a_task_fails(stage: Stage, times: int = 1) -> None:
    """Wait until the server has seen a workflow task fail."""

    async def look() -> int:
        failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        return len(
            [one async for one in stage.handle.fetch_history_events() if one.event_type == failed]
        )

    await until(look, lambda found: found >= times)


async def test_a_claim_that_no_codec_took_waits_for_a_worker_that_has_it(
    plain_stage: Stage,
) -> None:
    stage = plain_stage
    plain, claim = stage.client, await stage.prepare()
    stage.client = with_codec(plain)
    await stage.begin(claim)
    stage.client = plain
    async with working(stage):
        await a_task_fails(stage)
    described = await stage.handle.describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert await stage.rows("tickets", "number") == []
    assert stage.letters() == []
    stage.client = with_codec(plain)
    async with working(stage):
        await stage.stands("sent_to_partner")


async def test_a_message_that_no_codec_took_is_not_lost(plain_stage: Stage) -> None:
    stage = plain_stage
    plain = stage.client
    async with working(stage):
        await stage.filed_and_sent()
        stage.client = with_codec(plain)
        await stage.partner_says("rejected", reason_code="order_not_found")
        stage.client = plain
        await a_task_fails(stage)
        assert (await stage.row())["state"] == "sent_to_partner"
        assert await stage.notes() == []
    stage.client = with_codec(plain)

    async with working(stage):
        outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert [note["code"] for note in await stage.notes()] == ["applied"]
