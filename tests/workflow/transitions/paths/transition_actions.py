"""What makes a transition happen."""

from typing import Any, Final

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import DOWN
from tests.workflow.transitions.paths.transition_starts import LATER, Action


async def resend(env: TicketEnvironment) -> None:
    await env.send_update("resend_to_partner")


async def withdraw(env: TicketEnvironment) -> None:
    await env.send_update("withdraw", reason="found it")


async def register_reward(env: TicketEnvironment) -> None:
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def answer(env: TicketEnvironment) -> None:
    await env.send_update("provide_information", note="the one of October")


async def decide_confirmed(env: TicketEnvironment) -> None:
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="saw it", reward=reward)


async def decide_rejected(env: TicketEnvironment) -> None:
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")


def outcome(outcome: str, **fields: Any) -> Action:
    async def act(env: TicketEnvironment) -> None:
        await env.send_outcome(outcome, **fields)

    return act


def wait(**span: float) -> Action:
    async def act(env: TicketEnvironment) -> None:
        await env.skip_time(**span)

    return act


async def wait_for_release(env: TicketEnvironment) -> None:
    env.partner.default_response = DOWN
    await env.skip_time(days=2, minutes=1)


CONFIRMED: Final = outcome("confirmed", **LATER)
REJECTED: Final = outcome("rejected", reason_code="order_not_found")
CANCELLED: Final = outcome("order_cancelled")
QUESTION: Final = outcome("information_requested", questions=["Which contract?"])
AFTER_DEADLINE: Final = wait(hours=13)
