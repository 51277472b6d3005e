"""Messages that contradict a closed ticket, and the maximum of a grant, on a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.agents.discrepancies import (
    close_discrepancy,
    list_discrepancies,
    list_open_discrepancies,
    log_contradicting_rewards,
    log_late_outcome,
)
from adapters.postgres.database import QUERIES, Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.partners.outcome_dispatch import lease_pending_outcomes, release_outcomes
from adapters.postgres.partners.outcome_records import find_outcomes
from adapters.postgres.partners.outcomes import store_outcomes
from adapters.postgres.platform.feed_records import store_reward
from domain.codes import MessageCode
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.discrepancies import MAX_OPEN_DISCREPANCIES
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.settlement import SettlementResult
from domain.tickets.ticket_limits import MAX_UNAPPLIED_MESSAGES
from tests.support.builders import a_decision, a_reward, an_outcome
from tests.support.ticket_store import TicketStore, settlement

ABOVE_MAXIMUM = {"amount": "800.00", "currency": "PLN"}


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database)
    await store.register_link()
    return store


async def granted_ticket(store: TicketStore, order: str = "VT-2231-9") -> TicketAggregate:
    """A ticket that has ended with its grant."""
    aggregate = await store.confirm(await store.file(order))
    assert await store.settle(aggregate) is SettlementResult.GRANTED
    return aggregate


def outcome_for(
    aggregate: TicketAggregate, outcome: str, outcome_id: str = "late", **fields: Any
) -> Any:
    """An outcome of the partner for this ticket."""
    return an_outcome(outcome, outcome_id=outcome_id, number=aggregate.ticket.number, **fields)


async def store_late_outcomes(database: Database, *outcomes: PartnerOutcome) -> None:
    """Store outcomes whose tickets are closed, as every channel does."""
    await store_outcomes(database, "velotel", outcomes)
    pending = await lease_pending_outcomes(database, [one.number or "" for one in outcomes])
    pending.codes.update(dict.fromkeys(pending.outcomes, MessageCode.TICKET_CLOSED))
    await release_outcomes(database, pending)


async def open_discrepancies(database: Database) -> list[tuple[str, str, str]]:
    """The open discrepancies: actor, message id and code."""
    rows = await list_open_discrepancies(database, 100)
    return [(row.actor, row.message_id, row.code) for row in rows]


@pytest.mark.parametrize("outcome", ["rejected", "order_cancelled"])
async def test_a_cancellation_after_the_grant_is_a_discrepancy(
    store: TicketStore, database: Database, outcome: str
) -> None:
    aggregate = await granted_ticket(store)
    await store_late_outcomes(
        database, outcome_for(aggregate, outcome, reason_code="order_returned")
    )
    assert await open_discrepancies(database) == [("partner:velotel", "late", "ticket_closed")]
    (row,) = await list_discrepancies(database, [aggregate.ticket.number])
    assert row.body["reason_code"] == "order_returned"
    assert len(await list_grants(database)) == 1


async def test_a_repeated_confirmation_after_the_grant_is_no_discrepancy(
    store: TicketStore, database: Database
) -> None:
    aggregate = await granted_ticket(store)
    await store_late_outcomes(database, outcome_for(aggregate, "confirmed"))
    assert await open_discrepancies(database) == []


async def test_the_first_closure_of_a_discrepancy_counts(
    store: TicketStore, database: Database
) -> None:
    aggregate = await granted_ticket(store)
    await store_late_outcomes(database, outcome_for(aggregate, "rejected"))
    (row,) = await list_open_discrepancies(database, 100)
    discrepancy_id = row.discrepancy_id
    first = await close_discrepancy(database, discrepancy_id, "agent:anna", "reversed manually")
    again = await close_discrepancy(database, discrepancy_id, "agent:bela", "me too")
    assert first is not None
    assert first == again
    assert (first.closed_by, first.closing_note) == ("agent:anna", "reversed manually")
    assert await open_discrepancies(database) == []
    assert await close_discrepancy(database, discrepancy_id + 1000, "agent:anna", "none") is None


async def test_a_reused_outcome_id_is_a_discrepancy_and_is_never_dispatched(
    store: TicketStore, database: Database
) -> None:
    """Also while the ticket is open: it never receives an outcome that the database refuses."""
    aggregate = await store.confirm(await store.file())
    confirmation, rejection = (
        outcome_for(aggregate, one, "evt-7") for one in ("confirmed", "rejected")
    )
    await store_outcomes(database, "velotel", [confirmation])
    for _ in range(3):
        await store_outcomes(database, "velotel", [rejection])
    assert await open_discrepancies(database) == [("partner:velotel", "evt-7", "outcome_id_reused")]
    pending = await lease_pending_outcomes(database, [aggregate.ticket.number])
    assert [one.outcome for one in pending.outcomes.values()] == ["confirmed"]
    discrepancies = await list_discrepancies(database, [aggregate.ticket.number])
    assert len(discrepancies) == 1


async def test_an_outcome_without_effect_is_known_before_it_is_dispatched(
    store: TicketStore, database: Database
) -> None:
    confirmed, closed = await store.confirm(await store.file("A")), await granted_ticket(store, "B")
    expected = {
        "unchanged": outcome_for(confirmed, "confirmed", "1"),
        "action_not_allowed": outcome_for(confirmed, "information_requested", "2", questions=["?"]),
        None: outcome_for(confirmed, "rejected", "3"),
        "ticket_closed": outcome_for(closed, "rejected", "4"),
    }
    await store_outcomes(database, "velotel", expected.values())
    known = await find_outcomes(database, "velotel", expected.values())
    refused = {logged.outcome.outcome_id: logged.refusal for logged in known.values()}
    assert refused == {one.outcome_id: code for code, one in expected.items()}


async def test_an_outcome_after_a_rejection_in_one_message_is_predicted_as_too_late(
    store: TicketStore, database: Database
) -> None:
    aggregate = await store.confirm(await store.file())
    both = [outcome_for(aggregate, "rejected", "1"), outcome_for(aggregate, "confirmed", "2")]
    await store_outcomes(database, "velotel", both)
    known = await find_outcomes(database, "velotel", both)
    assert [known[(aggregate.ticket.number, one)].refusal for one in "12"] == [
        None,
        "ticket_closed",
    ]


async def test_an_outcome_that_an_open_ticket_refuses_is_one_discrepancy(
    store: TicketStore, database: Database
) -> None:
    aggregate = await store.confirm(await store.file())
    handle_message(
        aggregate, an_outcome("information_requested", outcome_id="q"), datetime.now(UTC)
    )
    change_set = aggregate.collect_changes()
    for _ in range(2):
        await store.persistence.apply_changes(change_set)
    assert await open_discrepancies(database) == [("partner:velotel", "q", "action_not_allowed")]


@pytest.mark.parametrize(
    ("state", "changes", "is_open"),
    [
        ("invalid", {}, True),
        ("rejected", {}, True),
        ("registered", {}, True),
        ("granted", {}, True),
        ("granted", {"granted_by_ticket": ...}, False),
        ("invalid", {"granted_by_ticket": ..., "order_number": None, "link_id": None}, True),
        ("invalid", {"account_id": "acc-2", "link_id": None}, True),
        ("invalid", {"order_number": "other"}, False),
    ],
)
async def test_a_reward_of_the_feed_that_contradicts_a_grant_is_a_discrepancy(
    store: TicketStore, database: Database, state: str, changes: dict[str, Any], is_open: bool
) -> None:
    aggregate = await granted_ticket(store)
    number = aggregate.ticket.number
    values = {name: number if value is ... else value for name, value in changes.items()}
    at = datetime.now(UTC) + timedelta(minutes=1)
    reward = a_reward(reward_id="rew-9", state=state, changed_at=at, **values)
    await store_reward(database, reward)
    for _ in range(2):
        await log_contradicting_rewards(database, [(reward.account_id, "rew-9")])
    expected = [("platform", "rew-9", "ticket_closed")]
    assert await open_discrepancies(database) == (expected if is_open else [])


async def test_the_open_discrepancies_of_a_ticket_are_bounded(
    store: TicketStore, database: Database
) -> None:
    """A partner that floods one ticket hides no other in the queue; the message log has all."""
    aggregate = await granted_ticket(store)
    for turn in range(MAX_OPEN_DISCREPANCIES + 5):
        await store_late_outcomes(database, outcome_for(aggregate, "rejected", str(turn)))
    assert len(await open_discrepancies(database)) == MAX_OPEN_DISCREPANCIES


async def test_late_messages_beyond_the_bound_are_only_counted(
    store: TicketStore, database: Database
) -> None:
    """A flood for a closed ticket neither makes its page huge nor hides a discrepancy."""
    aggregate = await granted_ticket(store)
    outcomes = [
        outcome_for(aggregate, "information_requested", str(n))
        for n in range(MAX_UNAPPLIED_MESSAGES + 5)
    ]
    async with database.transaction() as connection:
        for one in outcomes:
            await log_late_outcome(connection, one, MessageCode.TICKET_CLOSED)
        await log_late_outcome(
            connection, outcome_for(aggregate, "rejected"), MessageCode.TICKET_CLOSED
        )
        statement = "select count(*) from ticket_messages where number = $1 and version = 0"
        logged = await connection.fetchval(statement, aggregate.ticket.number)
        statement = "select messages_left_out from tickets where number = $1"
        left_out = await connection.fetchval(statement, aggregate.ticket.number)
    assert (logged, left_out) == (MAX_UNAPPLIED_MESSAGES + 1, 5)
    assert await open_discrepancies(database) == [("partner:velotel", "late", "ticket_closed")]


async def test_an_amount_above_the_maximum_is_never_granted_without_approval(
    store: TicketStore, database: Database
) -> None:
    """The settlement checks the amount itself, whatever the workflow requests."""
    aggregate = await store.confirm(await store.file())
    within_limit = settlement(aggregate)
    above_limit = within_limit.model_copy(
        update={"amount": type(within_limit.amount).model_validate(ABOVE_MAXIMUM)}
    )
    for _ in range(3):
        assert (
            await store.persistence.settle(above_limit)
        ).result is SettlementResult.APPROVAL_NEEDED
    assert await list_grants(database) == []
    row = await database.fetch_row(
        QUERIES.get_ticket_detail, number=aggregate.ticket.number, messages=1
    )
    assert row is not None
    assert (row["state"], row["confirmed_amount"]) == ("awaiting_cancellation_period", None)
    assert row["attention"] == ["amount_undecided"]


async def test_an_amount_that_two_agents_approved_is_granted(
    store: TicketStore, database: Database
) -> None:
    aggregate = await store.confirm(await store.file())
    aggregate.apply_settlement(SettlementResult.APPROVAL_NEEDED, datetime.now(UTC))
    for agent in ("agent:anna", "agent:bela"):
        decision = a_decision(request_id=agent, actor=agent, reward=ABOVE_MAXIMUM)
        handle_message(aggregate, decision, datetime.now(UTC))
        await store.persistence.apply_changes(aggregate.collect_changes())
    assert await store.settle(aggregate) is SettlementResult.GRANTED
    (grant,) = await list_grants(database)
    assert str(grant.amount) == "800.00"
