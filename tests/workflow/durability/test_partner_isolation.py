"""Partners do not wait for each other's deliveries, and a queue needs no attention."""

import asyncio
import time
from typing import Any, Final

from tests.support.workflow.claims import a_claim, days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.expectations import DOWN

WAITING_CLAIMS: Final = 30
MAX_SECONDS: Final = 15.0


def a_buchkiste_claim(account: str) -> dict[str, Any]:
    """A claim at the partner Buchkiste."""
    answers = {
        "order_number": "302-1234567",
        "order_total": "24.90",
        "customer_email": f"{account}@example.com",
    }
    return a_claim(account, partner_id="buchkiste", answers=answers, ordered_on=str(days_ago(29)))


async def test_a_slow_partner_does_not_delay_the_claims_of_another(
    real_env: TicketEnvironment,
) -> None:
    """Thirty claims wait for a partner that never responds; another partner's claim is sent."""
    env = real_env
    gate = asyncio.Event()
    env.partner.responses_by_partner["velotel"] = CannedResponse(gate=gate)
    started = time.monotonic()
    waiting = [await env.file(account=f"acc-{i}") for i in range(WAITING_CLAIMS)]
    assert (await env.file(a_buchkiste_claim("acc-books"))).status == "accepted"
    await env.wait_for_state("sent_to_partner")
    assert time.monotonic() - started < MAX_SECONDS
    for result in waiting:
        (row,) = await env.rows("tickets", "number", result.number)
        assert (row["state"], row["attention"]) == ("validated", [])
    gate.set()


async def states(env: TicketEnvironment, numbers: list[str]) -> list[tuple[str, list[str]]]:
    """State and attention of these tickets."""
    rows = [(await env.rows("tickets", "number", number))[0] for number in numbers]
    return [(row["state"], row["attention"]) for row in rows]


async def test_a_long_queue_needs_no_attention(open_env: EnvironmentFactory) -> None:
    """The last of ten claims is sent after fifteen minutes; failures need attention after ten."""
    async with open_env(velotel={"channel": {"requests_per_second": 0.01}}) as env:
        filed = [(await env.file(account=f"acc-{i}")).number for i in range(10)]
        await env.partner.wait_for_calls(1)
        await env.skip_time(minutes=12)
        stored = await states(env, filed)
        assert {attention for _, codes in stored for attention in codes} == set()
        assert [state for state, _ in stored].count("validated") in range(1, 6)
        await env.skip_time(minutes=18)
        await env.partner.wait_for_calls(10)
        await env.wait_for_state("sent_to_partner")


async def test_claims_that_wait_for_the_probe_of_a_failing_partner_need_attention(
    env: TicketEnvironment,
) -> None:
    """Until they are sent."""
    env.partner.default_response = DOWN
    filed = [(await env.file(account=f"acc-{i}")).number for i in range(10)]
    await env.skip_time(minutes=16)
    assert await states(env, filed) == [("validated", ["delivery_retrying"])] * 10
    calls = len(env.partner.calls)
    assert calls < 30
    env.partner.default_response = CannedResponse()
    await env.skip_time(minutes=11)
    assert await states(env, filed) == [("sent_to_partner", [])] * 10
