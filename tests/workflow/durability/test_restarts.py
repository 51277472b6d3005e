"""Any sequence of messages around orders that several accounts claim, while workers come and go.

On the real dev server: the one that skips time knows nothing of workers that leave. So clocks are
some seconds long, as in the demonstration. Workers that come have no ticket in memory: each is
replayed by its history at its next step. The seed in a test's name repeats what is said.
"""

import asyncio
from collections import Counter
from random import Random
from typing import Any, Final

import pytest

from adapters.postgres.decisions.grants import list_grants
from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.stored_ticket import Row
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.durability.concurrent_tickets import (
    ConcurrentTicket,
    file_claims,
    file_concurrent_claims,
)
from tests.workflow.durability.final_checks import OVER, check_consistency, wait_for_final_row
from tests.workflow.durability.random_messages import send_random_signal, send_random_update

ROUNDS: Final = 4
FEW_ENOUGH: Final = {"amount": "100.00", "currency": "PLN"}


def a_partner_with_short_deadlines(chance: Random) -> dict[str, Any]:
    """Velotel with clocks of seconds.

    Silence never rejects here: a slow machine would lose the pair that must be confirmed.
    """
    silence = chance.choice(["escalate", "confirm"])
    caps = {"auto_confirm_max": FEW_ENOUGH, "auto_confirm_monthly_cap": FEW_ENOUGH}
    on_timeout = chance.choice(["send", "reject"])
    return {
        "early_claims": "hold",
        "registration_delay": "PT1S",
        "cancellation": {"period": "PT6S", "starts_from": "order"},
        "response": {"deadline": "PT7S", "reminders": [], "on_timeout": silence, **caps},
        "information": {"deadline": "PT3S", "reminders": [], "on_timeout": on_timeout},
        "channel": {"requests_per_second": 100, "concurrency": 16},
    }


async def replace_workers(
    env: TicketEnvironment, tickets: list[ConcurrentTicket], chance: Random
) -> None:
    """Let the workers go, say something to every ticket meanwhile, and let others come."""
    await env.stop_workers()
    for member in tickets:
        await send_random_signal(env, member, chance)
    await env.start_workers()


async def confirm_two_tickets(env: TicketEnvironment) -> list[ConcurrentTicket]:
    """Two accounts are confirmed for one order, both while nobody works."""
    pair = await file_claims(env, an_order(), times=2)
    for member in pair:
        env.number = member.number
        await env.wait_for_state("sent_to_partner")
    await env.stop_workers()
    for member in pair:
        env.number = member.number
        await env.send_outcome("confirmed", **OVER)
    await env.start_workers()
    return pair


async def wait_until_all_closed(
    env: TicketEnvironment, tickets: list[ConcurrentTicket]
) -> dict[str, Row]:
    """Wait for every end; hold each ticket, and the grants, against what must be true."""
    rows = {member.number: await wait_for_final_row(env, member) for member in tickets}
    grants = await list_grants(env.database)
    orders = Counter((g["partner_id"], g["reward_kind"], g["order_key"]) for g in grants)
    assert set(orders.values()) <= {1}
    for member in tickets:
        granted = Counter(grant["number"] for grant in grants)
        await check_consistency(env, member, rows[member.number], granted)
    return rows


@pytest.fixture
def without_deadlock_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a replay take as long as it takes.

    On a busy machine many at once may need the two seconds after which the SDK interrupts one,
    anywhere, also where that goes unnoticed, and then its worker never comes to its end.
    """
    monkeypatch.setenv("TEMPORAL_DEBUG", "1")


@pytest.mark.usefixtures("without_deadlock_detection")
@pytest.mark.parametrize("seed", [4, 7])
async def test_an_order_is_rewarded_once_for_any_claims_and_workers(
    open_env: EnvironmentFactory, seed: int
) -> None:
    """R25, R34: at most one grant, every ticket ends, every e-mail is sent once."""
    chance = Random(seed)
    velotel = a_partner_with_short_deadlines(chance)
    async with dev_server() as server, open_env(server, velotel=velotel) as env:
        pair = await confirm_two_tickets(env)
        tickets = await file_concurrent_claims(env)
        for _ in range(ROUNDS):
            for member in tickets:
                await send_random_update(env, member, chance)
            await asyncio.sleep(chance.choice([0.1, 0.5, 1.5]))
            await replace_workers(env, tickets, chance)
        rows = await wait_until_all_closed(env, [*pair, *tickets])
    ends = {(rows[one.number]["state"], rows[one.number]["reason_code"]) for one in pair}
    assert ends == {("resolved", None), ("rejected", "already_rewarded")}
