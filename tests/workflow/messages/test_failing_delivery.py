"""Deliveries that the partner refuses or that fail, until they succeed."""

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.expectations import DOWN, TRANSITIONS_TO

TIMER_STARTED = "TIMER_STARTED"
SENT = [*TRANSITIONS_TO["sent_to_partner"]]


@pytest.mark.parametrize(
    ("status", "attention"), [(422, "partner_contract_fault"), (401, "partner_unauthorised")]
)
async def test_a_refused_delivery_needs_attention_until_it_is_resent(
    env: TicketEnvironment, status: int, attention: str
) -> None:
    """The resend has the same key: the partner has not accepted the claim before."""
    env.partner.default_response = CannedResponse(status=status)
    await env.file()
    row = await env.wait_for_state("validated", attention)
    await env.wait_for_attributes(State="validated", DueAt=row["due_at"], Attention=[attention])
    await env.skip_time(hours=2)
    assert len(env.partner.calls) == 1
    env.partner.default_response = CannedResponse()
    result = await env.send_update("resend_to_partner", reason="they mended it")
    assert (result.state, result.state_changed) == ("validated", False)
    await env.wait_for_state("sent_to_partner")
    assert [call.key for call in env.partner.calls] == [f"{env.number}-claim"] * 2
    assert await env.transitions() == SENT
    await env.wait_for_attributes(State="sent_to_partner", DueAt=row["due_at"])


async def test_a_refused_resend_needs_attention_again(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=400)
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("resend_to_partner")
    await env.partner.wait_for_calls(2)
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("withdraw")
    assert (await env.wait_until_closed()).state == "withdrawn"


async def test_ten_minutes_of_failures_need_attention_until_they_end(
    env: TicketEnvironment,
) -> None:
    """Endless retries alone alert nobody."""
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
    assert await env.transitions() == SENT
    assert {call.key for call in env.partner.calls} == {f"{env.number}-claim"}


async def test_a_deadline_gets_its_timer_when_the_delivery_takes_long(
    env: TicketEnvironment,
) -> None:
    """A delivery that succeeds at once brings another deadline, and no timer is wasted."""
    env.partner.default_response = DOWN
    await env.file()
    await env.partner.wait_for_calls(1)
    assert TIMER_STARTED not in await env.history_events()
    await env.skip_time(minutes=11)
    await env.wait_for_state("validated", "delivery_retrying")
    assert TIMER_STARTED in await env.history_events()


@pytest.mark.parametrize(
    "response", [CannedResponse(status=302), CannedResponse(status=408), CannedResponse(status=502)]
)
async def test_an_unexpected_response_is_retried_or_needs_attention(
    env: TicketEnvironment, response: CannedResponse
) -> None:
    env.partner.queued_responses.append(response)
    await env.file()
    if response.status == 302:
        await env.wait_for_state("validated", "partner_contract_fault")
        return
    await env.skip_time(seconds=5)
    await env.wait_for_state("sent_to_partner")
    assert len(env.partner.calls) == 2
