"""The steps that bring a ticket to the state before a transition."""

from collections.abc import Awaitable, Callable
from typing import Final

from adapters.postgres.platform.feed_records import store_reward
from local.mail_catcher.smtp import SmtpMode
from tests.support.workflow.claims import a_claim, an_early_claim, an_order, days_ago, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.expectations import AWAITING, DOWN, THROTTLING

Action = Callable[[TicketEnvironment], Awaitable[object]]
HOLD: Final = {"early_claims": "hold"}
PERIOD_OPEN: Final = {"cancellation_ends_on": days_ago(-60).isoformat()}
PERIOD_ENDED: Final = {"cancellation_ends_on": "2026-01-01"}


async def do_nothing(env: TicketEnvironment) -> None:
    """Do nothing."""


async def file_undelivered(env: TicketEnvironment) -> None:
    """A validated ticket whose claim cannot be delivered: the partner is down."""
    env.partner.default_response = DOWN
    await env.file()


async def file_throttled(env: TicketEnvironment) -> None:
    """A validated ticket whose partner throttles deliveries until after its response deadline."""
    env.partner.default_response = THROTTLING
    await env.file()


async def file_with_refused_delivery(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=422))
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")


async def file_incomplete(env: TicketEnvironment) -> None:
    await env.file(a_claim(answers={}))


async def file_early(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())


async def file_early_without_email(env: TicketEnvironment) -> None:
    """A held claim that needs attention: its member cannot be reached by e-mail."""
    env.mail_behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    await env.file(an_early_claim())
    await env.wait_for_state("on_hold", "mail_undeliverable")
    env.mail_behaviour.smtp = SmtpMode.OK


def file_early_with_reward(state: str) -> Action:
    async def start(env: TicketEnvironment) -> None:
        claim = await env.prepare_claim(an_early_claim())
        await env.file(claim)
        await store_reward(env.database, reward_for(claim, state=state))

    return start


async def file_sent(env: TicketEnvironment) -> None:
    await env.file_and_send()


async def file_with_question(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])


async def file_confirmed(env: TicketEnvironment) -> None:
    await env.file_and_confirm()


async def file_confirmed_above_limit(env: TicketEnvironment) -> None:
    reward = {"amount": "900.00", "currency": "PLN"}
    await env.file_and_send()
    await env.send_outcome("confirmed", reward=reward, **PERIOD_OPEN)
    await env.wait_for_state(AWAITING, "amount_undecided")


async def file_confirmed_after_another(env: TicketEnvironment) -> None:
    """A confirmed ticket whose order already earned another account its reward."""
    order = an_order()
    await env.file_and_send(account="acc-1", order=order)
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await env.wait_until_closed()
    await env.file_and_confirm(account="acc-2", order=order)
