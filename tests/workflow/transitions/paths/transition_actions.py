"""The actions that cause transitions."""

from typing import Any, Final

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import DOWN
from tests.workflow.transitions.paths.transition_starts import PERIOD_OPEN, Action


async def resend_claim(env: TicketEnvironment) -> None:
    await env.send_update("resend_to_partner")


async def withdraw_claim(env: TicketEnvironment) -> None:
    await env.send_update("withdraw", reason="found it")


async def register_reward(env: TicketEnvironment) -> None:
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def answer_question(env: TicketEnvironment) -> None:
    await env.send_update("provide_information", note="the one of October")


async def decide_confirmed(env: TicketEnvironment) -> None:
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="saw it", reward=reward)


async def decide_rejected(env: TicketEnvironment) -> None:
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")


def send_outcome(outcome: str, **fields: Any) -> Action:
    async def action(env: TicketEnvironment) -> None:
        await env.send_outcome(outcome, **fields)

    return action


def skip_time(**span: float) -> Action:
    async def action(env: TicketEnvironment) -> None:
        await env.skip_time(**span)

    return action


async def fail_delivery_after_hold(env: TicketEnvironment) -> None:
    env.partner.default_response = DOWN
    await env.skip_time(days=2, minutes=1)


CONFIRM: Final = send_outcome("confirmed", **PERIOD_OPEN)
REJECT: Final = send_outcome("rejected", reason_code="order_not_found")
CANCEL_ORDER: Final = send_outcome("order_cancelled")
ASK_QUESTION: Final = send_outcome("information_requested", questions=["Which contract?"])
PASS_DEADLINE: Final = skip_time(hours=13)
