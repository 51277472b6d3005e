"""Steps of paths with delays, outages and invalid messages."""

import asyncio

from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.support.workflow.payloads import raw_payload
from tests.support.workflow.usual_steps import PERIOD_ENDED, send_rejection


async def start_malformed(env: TicketEnvironment) -> None:
    await env.start_workflow(raw_payload(b"{"))


async def resend_refused_claim(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=422))
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("resend_to_partner")
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("confirmed", **PERIOD_ENDED)


async def confirm_before_acknowledgement(env: TicketEnvironment) -> None:
    gate = asyncio.Event()
    env.partner.default_response = CannedResponse(gate=gate)
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await env.wait_until_closed()
    gate.set()


async def send_stray_messages(env: TicketEnvironment) -> None:
    await env.file_and_send()
    for arguments in (
        [raw_payload(b"{")],
        [],
        [{"outcome_id": "x"}],
        [raw_payload(b"\xff", b"binary/plain")],
    ):
        await env.signal("partner_outcome", *arguments)
    await env.signal("no_such_signal", 1)
    await env.send_outcome("confirmed", partner_id="buchkiste")
    await env.wait_for_messages(*["malformed"] * 5, "wrong_partner")
    await send_rejection(env)


async def deliver_late(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=429, headers={"retry-after": "7200"}))
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.skip_time(hours=3)
    await env.wait_for_state("sent_to_partner")
    await env.skip_time(hours=4)
    await send_rejection(env)


async def admit_after_outage(env: TicketEnvironment) -> None:
    claim = await env.prepare_claim(a_claim())
    env.database_proxy.cut()
    await env.start_workflow(claim)
    await env.skip_time(minutes=2)
    env.database_proxy.restore()
    await env.skip_time(minutes=1)
    await env.wait_for_state("sent_to_partner")
    await send_rejection(env)


async def retry_failing_partner(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=500)
    await env.file()
    await env.skip_time(minutes=11)
    await env.wait_for_state("validated", "delivery_retrying")
    env.partner.default_response = CannedResponse()
    await env.skip_time(minutes=6)
    await env.wait_for_state("sent_to_partner")
    await send_rejection(env)
