"""Claims that are filed at the same time, or for the same reward (R25)."""

import asyncio

from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.messages.admission_checks import tickets


async def test_many_identical_requests_at_once_open_one_ticket(env: TicketEnvironment) -> None:
    """R25: impatience makes no duplicates."""
    claim = await env.prepare_claim()
    answers = await asyncio.gather(*[env.file(claim, "once") for _ in range(20)])
    assert answers == [answers[0]] * 20
    assert answers[0].status == "accepted"
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")
    assert len(env.partner.calls) == 1
    assert len(await tickets(env)) == 1


async def test_of_two_claims_for_one_reward_one_is_accepted(env: TicketEnvironment) -> None:
    """R25: the other is discarded, and gets the number of the accepted one."""
    for _ in range(5):
        claim = await env.prepare_claim(order=an_order())
        pair = await asyncio.gather(env.file(claim), env.file(claim))
        accepted, other = sorted(pair, key=lambda answer: answer.status)
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
    standing = env.number
    assert (await env.file(claim)).existing_ticket == standing
