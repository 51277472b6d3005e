"""Deliveries to a partner: slow, throttled, acknowledged late or more than once."""

import asyncio

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.expectations import AWAITING, DOWN, TRANSITIONS_TO


async def test_an_outcome_may_arrive_before_the_delivery_is_acknowledged(
    real_env: TicketEnvironment,
) -> None:
    """It implies `claim_sent`; the later acknowledgement changes nothing."""
    gate = asyncio.Event()
    real_env.partner.default_response = CannedResponse(gate=gate)
    await real_env.file()
    await real_env.partner.wait_for_calls(1)
    await real_env.send_outcome("confirmed")
    await real_env.wait_for_state(AWAITING)
    gate.set()
    await real_env.send_outcome("order_cancelled")
    assert (await real_env.wait_until_closed()).state == "rejected"
    transitions = await real_env.transitions()
    assert transitions == [*TRANSITIONS_TO[AWAITING], f"order_cancelled: {AWAITING} → rejected"]
    actors = [row["actor"] for row in await real_env.rows("ticket_transitions", "seq")]
    assert actors == ["system"] + ["partner:velotel"] * 3
    assert len(real_env.partner.calls) == 1


async def test_an_outcome_stops_the_retries_of_the_delivery(env: TicketEnvironment) -> None:
    env.partner.default_response = DOWN
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.send_outcome("confirmed", cancellation_ends_on="2030-01-01")
    await env.wait_for_state(AWAITING)
    calls = len(env.partner.calls)
    await env.skip_time(hours=2)
    assert len(env.partner.calls) == calls
    assert await env.pending_activities() == {}


@pytest.mark.parametrize("status", [429, 503])
async def test_a_delivery_is_retried_after_the_time_in_retry_after(
    env: TicketEnvironment, status: int
) -> None:
    env.partner.queued_responses.append(
        CannedResponse(status=status, headers={"retry-after": "300"})
    )
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.skip_time(seconds=240)
    assert len(env.partner.calls) == 1
    await env.skip_time(seconds=90)
    await env.wait_for_state("sent_to_partner")
    assert len(env.partner.calls) == 2


async def test_a_conflict_response_counts_as_delivered(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=409, body=b"")
    await env.file()
    await env.wait_for_state("sent_to_partner")


async def test_an_unreadable_success_response_counts_as_delivered(
    env: TicketEnvironment,
) -> None:
    env.partner.queued_responses.append(CannedResponse(body=b"<html>"))
    await env.file()
    await env.wait_for_state("sent_to_partner")
    assert len(env.partner.calls) == 1
