"""The granting transaction: one order earns one reward per kind, once, whoever asks how often."""

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
from tests.support.csv_filing import Desk, settlement
from tests.support.stored_rows import opened

ACCOUNTS = ("acc-1001", "acc-2")
WITHOUT_ORDER_NUMBER = {"fields": [a_field("branch", required=False)]}


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    for account in ACCOUNTS:
        await desk.open_account(account)
    return desk


async def confirmed(
    desk: Desk, order: str = "VT-2231-9", account: str = "acc-1001"
) -> TicketAggregate:
    return await desk.confirm(await desk.file(order, account))


async def test_of_two_tickets_for_one_order_settled_at_once_exactly_one_is_granted(
    desk: Desk, database: Database
) -> None:
    """One order earns one reward per kind, whoever claims it."""
    verdicts = []
    for turn in range(20):
        pair = [await confirmed(desk, f"VT-{turn}", account) for account in ACCOUNTS]
        verdicts += [sorted(await asyncio.gather(*map(desk.settle, pair)))]
    assert verdicts == [[SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]] * 20
    grants = await list_grants(database)
    assert sorted(grant.order_key for grant in grants) == sorted(f"VT{n}" for n in range(20))


async def test_many_tickets_settled_at_once_never_wait_for_each_other_for_ever(
    desk: Desk,
) -> None:
    """Three orders, two accounts each, every ticket settled twice: no deadlock, one grant each."""
    courses = [await confirmed(desk, order, who) for order in "ABC" for who in ACCOUNTS]
    found = await asyncio.gather(
        *(desk.settle(aggregate) for aggregate in [*courses, *courses[::-1]])
    )
    first, second = found[:6], found[:5:-1]
    assert first == second
    assert first.count(SettlementResult.GRANTED) == 3


async def test_a_repeated_settlement_returns_the_first_verdict_and_grants_once(
    desk: Desk, database: Database, database_url: str
) -> None:
    """A crash between the commit and its acknowledgement."""
    asked = settlement(await confirmed(desk))
    assert await desk.persistence.settle(asked) is SettlementResult.GRANTED
    async with opened(database_url) as books:
        before = await books.contents()
        await desk.reward(state="registered", link_id="lnk-acc-1001")
        assert await desk.persistence.settle(asked) is SettlementResult.GRANTED
        assert await books.contents() == before | {"rewards": (await books.contents())["rewards"]}
    assert [grant.amount for grant in await list_grants(database)] == [Decimal("40.00")]


async def test_a_settlement_repeated_twenty_times_at_once_grants_once(
    desk: Desk, database: Database
) -> None:
    asked = settlement(await confirmed(desk))
    verdicts = await asyncio.gather(*(desk.persistence.settle(asked) for _ in range(20)))
    assert set(verdicts) == {SettlementResult.GRANTED}
    assert len(await list_grants(database)) == 1


async def test_the_grant_and_the_last_move_are_one_step(desk: Desk, database_url: str) -> None:
    """Promised, confirmed and granted amounts are kept apart."""
    await desk.settle(await confirmed(desk))
    async with opened(database_url) as books:
        row = await books.connection.fetchrow("select * from tickets")
        letters = await books.value("select count(*) from emails where kind = 'resolved'")
    assert row
    assert (row["state"], row["due_at"], letters) == ("resolved", None, 1)
    amounts = [row[f"{name}_amount"] for name in ("promised", "confirmed", "granted")]
    assert amounts == [Decimal("40.00")] * 3


@pytest.mark.parametrize("state", ["registered", "granted"])
async def test_a_reward_that_the_platform_found_meanwhile_makes_ours_needless(
    desk: Desk, database: Database, state: str
) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state=state)
    assert await desk.settle(aggregate) is SettlementResult.REWARD_REGISTERED
    assert await list_grants(database) == []


async def test_a_rejected_reward_is_no_obstacle(desk: Desk) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state="rejected")
    assert await desk.settle(aggregate) is SettlementResult.GRANTED


async def test_somebody_elses_reward_for_the_order_means_that_it_had_its_reward(
    desk: Desk, database: Database
) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state="registered", account_id="acc-2")
    assert await desk.settle(aggregate) is SettlementResult.ALREADY_REWARDED
    assert await list_grants(database) == []


@pytest.mark.parametrize(
    "other", [{"kind": "referral"}, {"order_number": "VT-9"}, {"partner_id": "fernweh"}]
)
async def test_a_reward_for_something_else_is_no_obstacle(
    desk: Desk, other: dict[str, str]
) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state="granted", link_id="lnk-other", **other)
    assert await desk.settle(aggregate) is SettlementResult.GRANTED


async def test_our_own_grant_come_back_through_the_feed_is_no_obstacle(desk: Desk) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state="granted", granted_by_ticket=aggregate.ticket.number)
    assert await desk.settle(aggregate) is SettlementResult.GRANTED


async def test_a_reward_granted_by_another_of_our_tickets_is_one(desk: Desk) -> None:
    aggregate = await confirmed(desk)
    await desk.reward(state="granted", account_id="acc-2", granted_by_ticket="ZW-other")
    assert await desk.settle(aggregate) is SettlementResult.ALREADY_REWARDED


async def test_without_an_order_number_a_reward_is_known_by_its_link(database: Database) -> None:
    desk = Desk(database, **WITHOUT_ORDER_NUMBER)
    await desk.open_account()
    aggregate = await desk.confirm(await desk.file())
    await desk.reward(state="registered", order_number=None, link_id="lnk-acc-1001")
    assert await desk.settle(aggregate) is SettlementResult.REWARD_REGISTERED


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (None, HoldReleaseResult.NO_REWARD),
        ("rejected", HoldReleaseResult.NO_REWARD),
        ("registered", HoldReleaseResult.REWARD_REGISTERED),
        ("granted", HoldReleaseResult.REWARD_REGISTERED),
        ("invalid", HoldReleaseResult.TERMS_NOT_MET),
    ],
)
async def test_a_held_claim_finds_what_came_meanwhile(
    desk: Desk, state: str | None, found: HoldReleaseResult
) -> None:
    admission = await desk.file()
    if state:
        await desk.reward(state=state)
    assert await desk.persistence.recheck_rewards(admission.result.number) is found


@pytest.mark.parametrize("outcome", ["order_cancelled", "rejected"])
async def test_nothing_is_granted_while_the_partner_has_said_what_the_ticket_has_not_heard(
    desk: Desk, database: Database, outcome: str
) -> None:
    """A cancellation may wait while Temporal is unavailable; it goes before the grant."""
    aggregate = await confirmed(desk)
    said = an_outcome(outcome, outcome_id="evt-2", number=aggregate.ticket.number)
    await store_outcomes(database, "velotel", [said])
    assert await desk.persistence.settle(settlement(aggregate)) is None
    turn = await lease_pending_outcomes(database, [aggregate.ticket.number])
    turn.codes.update(dict.fromkeys(turn.outcomes, "dispatched"))
    await release_outcomes(database, turn)
    assert (
        await desk.persistence.settle(settlement(aggregate)) is None
    )  # dispatched, and not acknowledged yet
    again = await lease_pending_outcomes(database, [aggregate.ticket.number])
    assert [*again.outcomes.values()] == [said]
    handle_message(aggregate, said, datetime.now(UTC))
    await desk.persistence.apply_changes(aggregate.collect_changes())
    assert aggregate.ticket.state is State.REJECTED
    assert await list_grants(database) == []


async def test_what_the_partner_has_said_and_the_ticket_has_heard_holds_no_grant_up(
    desk: Desk, database: Database
) -> None:
    aggregate = await confirmed(desk)
    said = an_outcome(outcome_id="evt-2", number=aggregate.ticket.number)
    await store_outcomes(database, "velotel", [said])
    assert await desk.persistence.settle(settlement(aggregate)) is None
    handle_message(aggregate, said, datetime.now(UTC))
    await desk.persistence.apply_changes(aggregate.collect_changes())
    assert await desk.settle(aggregate) is SettlementResult.GRANTED
