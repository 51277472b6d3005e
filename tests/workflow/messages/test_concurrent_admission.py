"""Claims that are filed concurrently, or for the same reward (R25)."""

import asyncio

from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.messages.admission_checks import stored_tickets


async def test_identical_concurrent_requests_open_one_ticket(env: TicketEnvironment) -> None:
    """R25: repeated clicks create no duplicates."""
    claim = await env.prepare_claim()
    results = await asyncio.gather(*[env.file(claim, "once") for _ in range(20)])
    assert results == [results[0]] * 20
    assert results[0].status == "accepted"
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")
    assert len(env.partner.calls) == 1
    assert len(await stored_tickets(env)) == 1


async def test_of_two_claims_for_one_reward_one_is_accepted(env: TicketEnvironment) -> None:
    """R25: the other is discarded, and its result holds the number of the accepted one."""
    for _ in range(5):
        claim = await env.prepare_claim(order=an_order())
        pair = await asyncio.gather(env.file(claim), env.file(claim))
        accepted, other = sorted(pair, key=lambda result: result.status)
        assert (accepted.status, other.status) == ("accepted", "discarded")
        assert [reason.code for reason in other.reasons] == ["duplicate"]
        assert other.existing_ticket == accepted.number
        assert accepted.number in other.reasons[0].message


async def test_a_withdrawn_claim_blocks_no_new_one_but_a_rejected_one_does(
    env: TicketEnvironment,
) -> None:
    claim = await env.prepare_claim()
    await env.file_and_send(claim=claim)
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await env.file_and_send(claim=claim)
    await env.send_outcome("rejected", reason_code="order_not_found")
    await env.wait_until_closed()
    rejected = env.number
    assert (await env.file(claim)).existing_ticket == rejected
