"""Repeated, early and late messages."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from adapters.postgres.decisions.grants import list_grants
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING, TRANSITIONS_TO
from tests.workflow.messages.message_checks import check_rejected


async def test_a_repeated_outcome_counts_once(env: TicketEnvironment) -> None:
    """By its id; a different outcome with the same id is logged and changes nothing either."""
    await env.file_and_send()
    await env.send_outcome("confirmed", outcome_id="evt-1", number=env.number.lower())
    await env.wait_for_state(AWAITING)
    await env.send_outcome("confirmed", outcome_id="evt-1")
    await env.send_outcome("order_cancelled", outcome_id="evt-1")
    await env.wait_for_messages("applied", "duplicate_message", "outcome_id_reused")
    assert await env.transitions() == TRANSITIONS_TO[AWAITING]
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"
    assert len(await list_grants(env.database)) == 1


async def test_messages_that_arrive_too_early_or_too_late_are_logged(
    env: TicketEnvironment,
) -> None:
    """A message that no transition allows changes nothing."""
    await env.file_and_confirm()
    await env.send_outcome("information_requested", questions=["Which one?"])
    await env.send_outcome("confirmed")
    await env.wait_for_messages("applied", "action_not_allowed", "unchanged")
    assert await env.transitions() == TRANSITIONS_TO[AWAITING]


async def test_a_repeated_command_returns_its_first_result(env: TicketEnvironment) -> None:
    """Also a refusal, also concurrently; a different request with the same id is refused."""
    await env.file_and_send()
    resend: dict[str, Any] = {"request_id": "once", "actor": "agent-7"}
    results = await asyncio.gather(
        *[env.send_update("resend_to_partner", resend) for _ in range(3)]
    )
    assert results[0] == results[1] == results[2]
    await env.partner.wait_for_calls(2)
    await check_rejected("key_reused", env.send_update("withdraw", resend))
    other = resend | {"reason": "changed my mind"}
    await check_rejected("key_reused", env.send_update("resend_to_partner", other))
    late = {"request_id": "late", "actor": "agent-7"}
    await env.send_outcome("confirmed")
    await env.wait_for_state(AWAITING)
    for _ in range(2):
        await check_rejected("action_not_allowed", env.send_update("withdraw", late))
    assert await env.send_update("resend_to_partner", resend) == results[0]
    assert len(env.partner.calls) == 2
    codes = [entry["code"] for entry in await env.message_log()]
    assert codes == ["applied", "applied", "action_not_allowed"]


async def test_a_ticket_accepts_queries_and_updates_at_any_time(
    real_env: TicketEnvironment,
) -> None:
    """Messages that arrive before the admission are handled after it."""
    env = real_env
    env.database_proxy.cut()
    claim = await env.prepare_claim()
    await env.start_workflow(claim)
    assert (await env.snapshot()).state == "created"
    withdrawal = asyncio.create_task(env.send_update("withdraw"))
    await check_rejected("malformed", _after_restoring(env, env.send_update("decide", {})))
    assert (await withdrawal).state == "withdrawn"
    await env.wait_until_closed()
    snapshot = await env.snapshot()
    assert [transition.to for transition in snapshot.transitions] == ["validated", "withdrawn"]
    assert "acc-1001" not in snapshot.model_dump_json()


async def _after_restoring(env: TicketEnvironment, update: Awaitable[object]) -> object:
    task = asyncio.ensure_future(update)
    await wait_until(env.history_events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
    env.database_proxy.restore()
    return await task
