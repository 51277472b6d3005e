"""Paths of tickets whose partner and member do what is expected of them."""

from typing import Final

from tests.support.workflow.claims import an_early_claim, an_order
from tests.support.workflow.environment import TicketEnvironment

AWAITING: Final = "awaiting_cancellation_period"
OVER: Final = {"cancellation_ends_on": "2026-01-01"}


async def be_resolved(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.skip_time(days=6)


async def be_rejected(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("rejected", reason_code="order_not_found")


async def be_cancelled(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.send_outcome("order_cancelled")


async def be_withdrawn(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_update("withdraw", reason="found it")


async def be_discarded(env: TicketEnvironment) -> None:
    await env.file(answers={})


async def be_held(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())
    await env.skip_time(days=3)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("confirmed", **OVER)


async def be_decided(env: TicketEnvironment) -> None:
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, "amount_undecided", "cancellation_end_unknown")
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="called them", reward=reward)


async def get_no_response_and_be_decided(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_update("decide", outcome="rejected", reason_code="no_answer")


async def get_no_response(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)


async def be_already_rewarded(env: TicketEnvironment) -> None:
    order = an_order()
    for account in ("acc-1", "acc-2"):
        await env.file_and_send(account=account, order=order)
        await env.send_outcome("confirmed", **OVER)
        await env.wait_until_closed()


async def be_tracked_late(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def answer_a_question(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.send_update("provide_information", answers={"order_number": an_order()})
    await env.wait_for_state("sent_to_partner")
    await reject(env)


async def not_answer_a_question(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.skip_time(days=20)


async def reject(env: TicketEnvironment) -> None:
    await env.send_outcome("rejected", reason_code="other")
