"""A ticket with a long history continues in a new run, with its whole state."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Final

import pytest

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.support.workflow.stored_ticket import Row
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory

SUGGESTED_EVENTS: Final = 30
AWAITING: Final = "awaiting_cancellation_period"


@pytest.fixture
async def short_history_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment in which a new run is suggested after few events."""
    flags = [
        "--dynamic-config-value",
        f"limit.historyCount.suggestContinueAsNew={SUGGESTED_EVENTS}",
    ]
    async with dev_server(*flags) as server, open_env(server) as env:
        yield env


async def count_runs(env: TicketEnvironment) -> int:
    """Count the runs of the ticket's workflow."""
    query = f"WorkflowId = '{env.number}'"
    return len([one async for one in env.client.list_workflows(query)])


def _has_length(length: int, entries: list[Row]) -> bool:
    return len(entries) == length


async def grow_history(env: TicketEnvironment, times: int = 12) -> None:
    """Send messages that change nothing; wait for the log entry of each before the next."""
    before = len(await env.message_log())
    for number in range(1, times + 1):
        await env.signal("partner_outcome", {"outcome_id": f"stray-{number}"})
        await wait_until(env.message_log, partial(_has_length, before + number))


async def test_a_new_run_has_the_whole_state(short_history_env: TicketEnvironment) -> None:
    """Processed ids, request results, deadlines, the snapshot and the admission."""
    env = short_history_env
    claim = await env.prepare_claim()
    first = await env.file(claim, key="form-1")
    await env.wait_for_state("sent_to_partner")
    resend = {"request_id": "resend-1", "actor": "agent:anna"}
    result = await env.send_update("resend_to_partner", resend)
    await env.partner.wait_for_calls(2)
    before = await env.row()
    await grow_history(env)
    await wait_until(partial(count_runs, env), lambda count: count > 1)
    assert await env.file(claim, key="form-1") == first
    assert await env.send_update("resend_to_partner", resend) == result
    snapshot = await env.snapshot()
    assert [transition.seq for transition in snapshot.transitions] == [1, 2]
    assert snapshot.next_deadline == before["due_at"]
    assert len(env.partner.calls) == 2
    await env.send_outcome("rejected", reason_code="order_not_found")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    await env.wait_for_emails("confirmation", "rejected")
    assert [row["seq"] for row in await env.rows("ticket_transitions", "seq")] == [1, 2, 3]


async def test_a_new_run_does_not_process_an_outcome_again(
    short_history_env: TicketEnvironment,
) -> None:
    env = short_history_env
    await env.file_and_confirm({"outcome_id": "evt-once"})
    row = await env.row()
    await grow_history(env, 8)
    await wait_until(partial(count_runs, env), lambda count: count > 1)
    before = len(await env.message_log())
    await env.send_outcome("order_cancelled", outcome_id="evt-once")
    entries = await wait_until(env.message_log, lambda entries: len(entries) > before)
    assert entries[-1]["code"] == "outcome_id_reused"
    assert (await env.wait_for_state(AWAITING))["cancellation_ends_at"] == row[
        "cancellation_ends_at"
    ]
    await env.send_outcome("order_cancelled", outcome_id="evt-other")
    assert (await env.wait_until_closed()).reason_code == "order_cancelled"


async def test_a_new_run_continues_a_delivery_with_the_same_key(
    short_history_env: TicketEnvironment,
) -> None:
    env = short_history_env
    env.partner.default_response = CannedResponse(500)
    await env.file()
    await env.partner.wait_for_calls(1)
    await grow_history(env)
    await wait_until(partial(count_runs, env), lambda count: count > 1)
    env.partner.default_response = CannedResponse()
    await env.wait_for_state("sent_to_partner")
    assert {call.key for call in env.partner.calls} == {f"{env.number}-claim"}


async def test_a_cancelled_workflow_continues(real_env: TicketEnvironment) -> None:
    """Tickets are withdrawn or decided; after a cancellation, their rows would stay open."""
    env = real_env
    await env.file_and_send()
    await env.handle.cancel()
    (entry,) = await env.wait_for_messages("malformed")
    assert entry["message"] == "cancel"
    assert (await env.snapshot()).state == "sent_to_partner"
    await env.handle.cancel()
    await env.send_update("withdraw")
    assert (await env.wait_until_closed()).state == "withdrawn"
