"""A claim on its way to the partner: slow, failing, throttling, refusing, answering too soon."""

import asyncio

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.transitions.test_transitions import AWAITING, DOWN, LED_BY

HEALED = [*LED_BY["sent_to_partner"]]


async def test_an_outcome_may_come_while_the_partner_still_takes_the_claim(
    real_env: TicketEnvironment,
) -> None:
    """It counts as `claim_sent`; the acknowledgement that comes later changes nothing."""
    gate = asyncio.Event()
    real_env.partner.default_response = CannedResponse(gate=gate)
    await real_env.file()
    await real_env.partner.wait_for_calls(1)
    await real_env.send_outcome("confirmed")
    await real_env.wait_for_state(AWAITING)
    gate.set()
    await real_env.send_outcome("order_cancelled")
    assert (await real_env.wait_until_closed()).state == "rejected"
    moves = await real_env.transitions()
    assert moves == [*LED_BY[AWAITING], f"order_cancelled: {AWAITING} → rejected"]
    actors = [move["actor"] for move in await real_env.rows("ticket_transitions", "seq")]
    assert actors == ["system"] + ["partner:velotel"] * 3
    assert len(real_env.partner.calls) == 1


async def test_an_outcome_ends_the_retrying(env: TicketEnvironment) -> None:
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
async def test_a_throttling_partner_is_waited_for_as_told(
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


@pytest.mark.parametrize(
    ("status", "attention"), [(422, "partner_contract_fault"), (401, "partner_unauthorised")]
)
async def test_a_refused_call_asks_for_a_person_and_a_resend_heals_it(
    env: TicketEnvironment, status: int, attention: str
) -> None:
    """It is the same claim under the same key: the partner never took it."""
    env.partner.default_response = CannedResponse(status=status)
    await env.file()
    row = await env.wait_for_state("validated", attention)
    await env.wait_for_attributes(State="validated", DueAt=row["due_at"], Attention=[attention])
    await env.skip_time(hours=2)
    assert len(env.partner.calls) == 1
    env.partner.default_response = CannedResponse()
    answer = await env.send_update("resend_to_partner", reason="they mended it")
    assert (answer.state, answer.state_changed) == ("validated", False)
    await env.wait_for_state("sent_to_partner")
    assert [call.key for call in env.partner.calls] == [f"{env.number}-claim"] * 2
    assert await env.transitions() == HEALED
    await env.wait_for_attributes(State="sent_to_partner", DueAt=row["due_at"])


async def test_a_resend_that_is_refused_again_asks_again(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=400)
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("resend_to_partner")
    await env.partner.wait_for_calls(2)
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("withdraw")
    assert (await env.wait_until_closed()).state == "withdrawn"


async def test_ten_minutes_of_failures_are_shown_until_they_are_over(
    env: TicketEnvironment,
) -> None:
    """Endless retries alert nobody by themselves."""
    env.partner.default_response = DOWN
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.skip_time(minutes=8)
    await env.wait_for_state("validated")
    await env.skip_time(minutes=3)
    row = await env.wait_for_state("validated", "delivery_retrying")
    await env.wait_for_attributes(
        State="validated", DueAt=row["due_at"], Attention=["delivery_retrying"]
    )
    env.partner.default_response = CannedResponse()
    await env.skip_time(minutes=6)
    await env.wait_for_state("sent_to_partner")
    assert await env.transitions() == HEALED
    assert {call.key for call in env.partner.calls} == {f"{env.number}-claim"}


async def test_a_partner_that_knows_the_claim_already_has_it(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=409, body=b"")
    await env.file()
    await env.wait_for_state("sent_to_partner")


async def test_a_partner_that_takes_the_claim_has_it_whatever_it_says(
    env: TicketEnvironment,
) -> None:
    env.partner.queued_responses.append(CannedResponse(body=b"<html>"))
    await env.file()
    await env.wait_for_state("sent_to_partner")
    assert len(env.partner.calls) == 1


@pytest.mark.parametrize(
    "answer", [CannedResponse(status=302), CannedResponse(status=408), CannedResponse(status=502)]
)
async def test_what_cannot_be_understood_is_tried_again_or_shown(
    env: TicketEnvironment, answer: CannedResponse
) -> None:
    env.partner.queued_responses.append(answer)
    await env.file()
    if answer.status == 302:
        await env.wait_for_state("validated", "partner_contract_fault")
        return
    await env.skip_time(seconds=5)
    await env.wait_for_state("sent_to_partner")
    assert len(env.partner.calls) == 2
