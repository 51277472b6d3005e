"""Settlement: one order earns one reward per kind, however often it is repeated."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.postgres.database import Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.partners.outcome_dispatch import lease_pending_outcomes, release_outcomes
from adapters.postgres.partners.outcomes import store_outcomes
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.states import State
from tests.support.builders import a_field, an_outcome
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import TicketStore, settlement

ACCOUNTS = ("acc-1001", "acc-2")
WITHOUT_ORDER_NUMBER = {"fields": [a_field("branch", required=False)]}


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database)
    for account in ACCOUNTS:
        await store.register_link(account)
    return store


async def confirmed_ticket(
    store: TicketStore, order: str = "VT-2231-9", account: str = "acc-1001"
) -> TicketAggregate:
    return await store.confirm(await store.file(order, account))


async def test_of_two_concurrent_settlements_for_one_order_one_is_granted(
    store: TicketStore, database: Database
) -> None:
    """One order earns one reward per kind, for one of its claims."""
    results = []
    for turn in range(20):
        pair = [await confirmed_ticket(store, f"VT-{turn}", account) for account in ACCOUNTS]
        results += [sorted(await asyncio.gather(*map(store.settle, pair)))]
    assert results == [[SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]] * 20
    grants = await list_grants(database)
    assert sorted(grant.order_key for grant in grants) == sorted(f"VT{n}" for n in range(20))


async def test_concurrent_settlements_never_deadlock(
    store: TicketStore,
) -> None:
    """Three orders, two accounts each, every ticket settled twice: no deadlock, one grant each."""
    aggregates = [
        await confirmed_ticket(store, order, account) for order in "ABC" for account in ACCOUNTS
    ]
    results = await asyncio.gather(
        *(store.settle(aggregate) for aggregate in [*aggregates, *aggregates[::-1]])
    )
    first, second = results[:6], results[:5:-1]
    assert first == second
    assert first.count(SettlementResult.GRANTED) == 3


async def test_a_repeated_settlement_returns_the_first_result_and_grants_once(
    store: TicketStore, database: Database, database_url: str
) -> None:
    """A crash between the commit and its acknowledgement."""
    request = settlement(await confirmed_ticket(store))
    assert (await store.persistence.settle(request)).result is SettlementResult.GRANTED
    async with open_rows(database_url) as stored:
        before = await stored.contents()
        await store.reward(state="registered", link_id="lnk-acc-1001")
        assert (await store.persistence.settle(request)).result is SettlementResult.GRANTED
        assert await stored.contents() == before | {"rewards": (await stored.contents())["rewards"]}
    assert [grant.amount for grant in await list_grants(database)] == [Decimal("40.00")]


async def test_twenty_concurrent_repetitions_of_a_settlement_grant_once(
    store: TicketStore, database: Database
) -> None:
    request = settlement(await confirmed_ticket(store))
    results = await asyncio.gather(*(store.persistence.settle(request) for _ in range(20)))
    assert {one.result for one in results} == {SettlementResult.GRANTED}
    assert len(await list_grants(database)) == 1


async def test_the_grant_and_the_last_transition_are_one_change_set(
    store: TicketStore, database_url: str
) -> None:
    """Promised, confirmed and granted amounts are stored separately."""
    await store.settle(await confirmed_ticket(store))
    async with open_rows(database_url) as stored:
        row = await stored.connection.fetchrow("select * from tickets")
        emails = await stored.value("select count(*) from emails where kind = 'resolved'")
    assert row
    assert (row["state"], row["due_at"], emails) == ("resolved", None, 1)
    amounts = [row[f"{name}_amount"] for name in ("promised", "confirmed", "granted")]
    assert amounts == [Decimal("40.00")] * 3


@pytest.mark.parametrize("state", ["registered", "granted"])
async def test_a_reward_that_the_platform_registered_meanwhile_is_not_granted_again(
    store: TicketStore, database: Database, state: str
) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state=state)
    assert await store.settle(aggregate) is SettlementResult.REWARD_REGISTERED
    assert await list_grants(database) == []


async def test_a_rejected_reward_does_not_prevent_a_grant(store: TicketStore) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state="rejected")
    assert await store.settle(aggregate) is SettlementResult.GRANTED


async def test_a_reward_of_another_account_for_the_order_prevents_a_grant(
    store: TicketStore, database: Database
) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state="registered", account_id="acc-2")
    assert await store.settle(aggregate) is SettlementResult.ALREADY_REWARDED
    assert await list_grants(database) == []


@pytest.mark.parametrize(
    "other", [{"kind": "referral"}, {"order_number": "VT-9"}, {"partner_id": "fernweh"}]
)
async def test_a_reward_for_another_order_kind_or_partner_does_not_prevent_a_grant(
    store: TicketStore, other: dict[str, str]
) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state="granted", link_id="lnk-other", **other)
    assert await store.settle(aggregate) is SettlementResult.GRANTED


async def test_the_tickets_own_grant_in_the_feed_does_not_prevent_it(store: TicketStore) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state="granted", granted_by_ticket=aggregate.ticket.number)
    assert await store.settle(aggregate) is SettlementResult.GRANTED


async def test_a_reward_that_another_ticket_granted_is_not_granted_again(
    store: TicketStore,
) -> None:
    aggregate = await confirmed_ticket(store)
    await store.reward(state="granted", account_id="acc-2", granted_by_ticket="ZW-other")
    assert await store.settle(aggregate) is SettlementResult.ALREADY_REWARDED


async def test_without_an_order_number_a_reward_is_identified_by_its_link(
    database: Database,
) -> None:
    store = TicketStore(database, **WITHOUT_ORDER_NUMBER)
    await store.register_link()
    aggregate = await store.confirm(await store.file())
    await store.reward(state="registered", order_number=None, link_id="lnk-acc-1001")
    assert await store.settle(aggregate) is SettlementResult.REWARD_REGISTERED


@pytest.mark.parametrize(
    ("state", "result"),
    [
        (None, HoldReleaseResult.NO_REWARD),
        ("rejected", HoldReleaseResult.NO_REWARD),
        ("registered", HoldReleaseResult.REWARD_REGISTERED),
        ("granted", HoldReleaseResult.REWARD_REGISTERED),
        ("invalid", HoldReleaseResult.TERMS_NOT_MET),
    ],
)
async def test_the_end_of_a_hold_considers_rewards_registered_meanwhile(
    store: TicketStore, state: str | None, result: HoldReleaseResult
) -> None:
    admission = await store.file()
    if state:
        await store.reward(state=state)
    assert await store.persistence.recheck_rewards(admission.result.number) is result


@pytest.mark.parametrize("outcome", ["order_cancelled", "rejected"])
async def test_nothing_is_granted_while_an_outcome_is_unacknowledged(
    store: TicketStore, database: Database, outcome: str
) -> None:
    """A cancellation may wait while Temporal is unavailable; it is applied before the grant."""
    aggregate = await confirmed_ticket(store)
    outcome_message = an_outcome(outcome, outcome_id="evt-2", number=aggregate.ticket.number)
    await store_outcomes(database, "velotel", [outcome_message])
    assert (await store.persistence.settle(settlement(aggregate))).result is None
    pending = await lease_pending_outcomes(database, [aggregate.ticket.number])
    pending.codes.update(dict.fromkeys(pending.outcomes, "dispatched"))
    await release_outcomes(database, pending)
    assert (
        await store.persistence.settle(settlement(aggregate))
    ).result is None  # dispatched, and not acknowledged yet
    again = await lease_pending_outcomes(database, [aggregate.ticket.number])
    assert [*again.outcomes.values()] == [outcome_message]
    handle_message(aggregate, outcome_message, datetime.now(UTC))
    await store.persistence.apply_changes(aggregate.collect_changes())
    assert aggregate.ticket.state is State.REJECTED
    assert await list_grants(database) == []


async def test_an_acknowledged_outcome_does_not_delay_the_grant(
    store: TicketStore, database: Database
) -> None:
    aggregate = await confirmed_ticket(store)
    outcome_message = an_outcome(outcome_id="evt-2", number=aggregate.ticket.number)
    await store_outcomes(database, "velotel", [outcome_message])
    assert (await store.persistence.settle(settlement(aggregate))).result is None
    handle_message(aggregate, outcome_message, datetime.now(UTC))
    await store.persistence.apply_changes(aggregate.collect_changes())
    assert await store.settle(aggregate) is SettlementResult.GRANTED
