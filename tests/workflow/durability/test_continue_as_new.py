"""A ticket whose history grew long goes on in a new one, and knows all that it knew."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Final

import pytest

from tests.support.environment import Row, Stage, until
from tests.support.partner_server import Says
from tests.support.setup import real_server
from tests.workflow.conftest import SetUp

SUGGESTED_AFTER: Final = 30  # events
AWAITING: Final = "awaiting_cancellation_period"


@pytest.fixture
async def short_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on which histories are soon too long."""
    flags = ["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AFTER}"]
    async with real_server(*flags) as server, staged(server) as stage:
        yield stage


async def runs(stage: Stage) -> int:
    """Count the histories of the ticket."""
    query = f"WorkflowId = '{stage.number}'"
    return len([one async for one in stage.client.list_workflows(query)])


def _are(many: int, notes: list[Row]) -> bool:
    return len(notes) == many


async def grow(stage: Stage, times: int = 12) -> None:
    """Send messages that move nothing, one after the other, so that each is written down."""
    kept = len(await stage.notes())
    for number in range(1, times + 1):
        await stage.signal("partner_outcome", {"outcome_id": f"stray-{number}"})
        await until(stage.notes, partial(_are, kept + number))


async def test_everything_is_carried_on(short_stage: Stage) -> None:
    """Ids that were heard, answers that were given, deadlines, the snapshot, the admission."""
    stage = short_stage
    claim = await stage.prepare()
    first = await stage.file(claim, key="form-1")
    await stage.stands("sent_to_partner")
    resend = {"request_id": "resend-1", "actor": "agent:anna"}
    answered = await stage.ask("resend_to_partner", resend)
    await stage.partner.called(2)
    before = await stage.row()
    await grow(stage)

    async def look() -> int:
        return await runs(stage)

    await until(look, lambda found: found > 1)
    assert await stage.file(claim, key="form-1") == first
    assert await stage.ask("resend_to_partner", resend) == answered
    snapshot = await stage.snapshot()
    assert [move.seq for move in snapshot.moves] == [1, 2]
    assert snapshot.next_deadline == before["due_at"]
    assert len(stage.partner.calls) == 2
    await stage.partner_says("rejected", reason_code="order_not_found")
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    await stage.got_letters("confirmation", "rejected")
    assert [row["seq"] for row in await stage.rows("moves", "seq")] == [1, 2, 3]


async def test_an_outcome_heard_before_is_not_heard_again_after(short_stage: Stage) -> None:
    stage = short_stage
    await stage.filed_and_confirmed({"outcome_id": "evt-once"})
    row = await stage.row()
    await grow(stage, 8)

    async def look() -> int:
        return await runs(stage)

    await until(look, lambda found: found > 1)
    await stage.partner_says("order_cancelled", outcome_id="evt-once")
    codes = [note["code"] for note in await stage.notes()]
    await until(stage.notes, lambda notes: len(notes) > len(codes))
    assert (await stage.notes())[-1]["code"] == "outcome_id_reused"
    assert (await stage.stands(AWAITING))["cancellation_ends_at"] == row["cancellation_ends_at"]
    await stage.partner_says("order_cancelled", outcome_id="evt-other")
    assert (await stage.ended()).reason_code == "order_cancelled"


async def test_a_delivery_under_way_goes_on_under_its_key(short_stage: Stage) -> None:
    stage = short_stage
    stage.partner.answer = Says(500)
    await stage.file()
    await stage.partner.called(1)
    await grow(stage)

    async def look() -> int:
        return await runs(stage)

    await until(look, lambda found: found > 1)
    stage.partner.answer = Says()
    await stage.stands("sent_to_partner")
    assert {call.key for call in stage.partner.calls} == {f"{stage.number}-claim"}


async def test_a_workflow_cancelled_from_outside_goes_on(real_stage: Stage) -> None:
    """A ticket is withdrawn or decided; cancelled, its books would stay open for ever."""
    stage = real_stage
    await stage.filed_and_sent()
    await stage.handle.cancel()
    (note,) = await stage.noted("malformed")
    assert note["message"] == "cancel"
    assert (await stage.snapshot()).state == "sent_to_partner"
    await stage.handle.cancel()
    await stage.ask("withdraw")
    assert (await stage.ended()).state == "withdrawn"
