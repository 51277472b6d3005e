"""Random messages to tickets of several accounts for the same orders, while workers are replaced.

On the real dev server: the time-skipping server does not notice that workers stop. So deadlines are
some seconds long, as in the demonstration. New workers have no ticket in memory: each ticket is
replayed from its history at its next step. The seed in a test's name repeats the messages.
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
from tests.workflow.durability.final_checks import (
    PERIOD_ENDED,
    check_consistency,
    wait_for_final_row,
)
from tests.workflow.durability.random_messages import send_random_signal, send_random_update

ROUNDS: Final = 4
CAP: Final = {"amount": "100.00", "currency": "PLN"}


def short_deadlines(random: Random) -> dict[str, Any]:
    """Changes to Velotel's file: deadlines of some seconds.

    A response time-out never rejects: on a slow machine it would reject the pair to be confirmed.
    """
    on_response_timeout = random.choice(["escalate", "confirm"])
    caps = {"auto_confirm_max": CAP, "auto_confirm_monthly_cap": CAP}
    on_information_timeout = random.choice(["send", "reject"])
    return {
        "early_claims": "hold",
        "registration_delay": "PT1S",
        "cancellation": {"period": "PT6S", "starts_from": "order"},
        "response": {
            "deadline": "PT7S",
            "reminders": [],
            "on_timeout": on_response_timeout,
            **caps,
        },
        "information": {"deadline": "PT3S", "reminders": [], "on_timeout": on_information_timeout},
        "channel": {"requests_per_second": 100, "concurrency": 16},
    }


async def replace_workers(
    env: TicketEnvironment, tickets: list[ConcurrentTicket], random: Random
) -> None:
    """Stop the workers, send every ticket a signal, and start new workers."""
    await env.stop_workers()
    for ticket in tickets:
        await send_random_signal(env, ticket, random)
    await env.start_workers()


async def confirm_two_tickets(env: TicketEnvironment) -> list[ConcurrentTicket]:
    """Confirm one order for two accounts, both while no worker runs."""
    pair = await file_claims(env, an_order(), times=2)
    for ticket in pair:
        env.number = ticket.number
        await env.wait_for_state("sent_to_partner")
    await env.stop_workers()
    for ticket in pair:
        env.number = ticket.number
        await env.send_outcome("confirmed", **PERIOD_ENDED)
    await env.start_workers()
    return pair


async def wait_until_all_closed(
    env: TicketEnvironment, tickets: list[ConcurrentTicket]
) -> dict[str, Row]:
    """Wait until all tickets are closed; check each of them, and the grants; return the rows."""
    rows = {ticket.number: await wait_for_final_row(env, ticket) for ticket in tickets}
    grants = await list_grants(env.database)
    orders = Counter((g.partner_id, g.reward_kind, g.order_key) for g in grants)
    assert set(orders.values()) <= {1}
    for ticket in tickets:
        granted = Counter(grant.number for grant in grants)
        await check_consistency(env, ticket, rows[ticket.number], granted)
    return rows


@pytest.fixture
def without_deadlock_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the SDK's limit of two seconds for a workflow task.

    On a busy machine many concurrent replays may exceed it. The SDK then interrupts one of them at
    any line, and its worker may never stop.
    """
    monkeypatch.setenv("TEMPORAL_DEBUG", "1")


@pytest.mark.usefixtures("without_deadlock_detection")
@pytest.mark.parametrize("seed", [4, 7])
async def test_an_order_is_rewarded_once_for_any_claims_and_workers(
    open_env: EnvironmentFactory, seed: int
) -> None:
    """R25, R34: at most one grant, every ticket ends, every e-mail is sent once."""
    random = Random(seed)
    velotel = short_deadlines(random)
    async with dev_server() as server, open_env(server, velotel=velotel) as env:
        pair = await confirm_two_tickets(env)
        tickets = await file_concurrent_claims(env)
        for _ in range(ROUNDS):
            for ticket in tickets:
                await send_random_update(env, ticket, random)
            await asyncio.sleep(random.choice([0.1, 0.5, 1.5]))
            await replace_workers(env, tickets, random)
        rows = await wait_until_all_closed(env, [*pair, *tickets])
    results = {(rows[one.number]["state"], rows[one.number]["reason_code"]) for one in pair}
    assert results == {("resolved", None), ("rejected", "already_rewarded")}
