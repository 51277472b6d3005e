"""Steps of paths without delays, outages and invalid messages."""

from typing import Final

from tests.support.workflow.claims import an_early_claim, an_order
from tests.support.workflow.environment import TicketEnvironment

AWAITING: Final = "awaiting_cancellation_period"
PERIOD_ENDED: Final = {"cancellation_ends_on": "2026-01-01"}


async def resolve_ticket(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.skip_time(days=6)


async def reject_claim(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("rejected", reason_code="order_not_found")


async def cancel_order(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.send_outcome("order_cancelled")


async def withdraw_claim(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_update("withdraw", reason="found it")


async def discard_claim(env: TicketEnvironment) -> None:
    await env.file(answers={})


async def release_hold(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())
    await env.skip_time(days=3)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("confirmed", **PERIOD_ENDED)


async def decide_amount(env: TicketEnvironment) -> None:
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, "amount_undecided", "cancellation_end_unknown")
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="called them", reward=reward)


async def decide_after_timeout(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_update("decide", outcome="rejected", reason_code="no_answer")


async def pass_response_deadline(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)


async def confirm_order_twice(env: TicketEnvironment) -> None:
    order = an_order()
    for account in ("acc-1", "acc-2"):
        await env.file_and_send(account=account, order=order)
        await env.send_outcome("confirmed", **PERIOD_ENDED)
        await env.wait_until_closed()


async def register_reward(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def provide_information(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.send_update("provide_information", answers={"order_number": an_order()})
    await env.wait_for_state("sent_to_partner")
    await send_rejection(env)


async def pass_information_deadline(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.skip_time(days=20)


async def send_rejection(env: TicketEnvironment) -> None:
    await env.send_outcome("rejected", reason_code="other")
