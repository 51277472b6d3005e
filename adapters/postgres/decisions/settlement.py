"""Settlement: the transaction that grants a reward, at most once per order."""

from collections.abc import Mapping

from adapters.postgres.claims.order_facts import (
    load_account_context,
    load_order_context,
    lock_claim,
)
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.decisions.approvals import is_grantable, was_stored_undecided
from adapters.postgres.decisions.previous_results import previous_result
from adapters.postgres.tickets.change_sets import apply_changes
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.decision import identify_order
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.settlement import SettlementResult, decide_settlement
from domain.values.money import Money


@repeat_after_migration
async def settle_ticket(
    database: Database,
    number: str,
    amount: Money,
    changes_by_result: Mapping[SettlementResult, ChangeSet],
) -> SettlementResult | None:
    """End a ticket: assess the facts again under lock, and grant the reward at most once; an amount
    above the maximum only if two agents approved it.

    Returns `None`, and stores nothing, while a stored outcome of the partner is unacknowledged: it
    may be a cancellation, and is dispatched again.
    """
    async with database.transaction() as connection:
        locked = await lock_claim(connection, number)
        if settled := await previous_result(connection, number, changes_by_result):
            return settled
        if await was_stored_undecided(
            connection, number, changes_by_result[SettlementResult.APPROVAL_NEEDED]
        ):
            return SettlementResult.APPROVAL_NEEDED
        if await QUERIES.has_unacknowledged_outcomes(connection, number=number):
            await QUERIES.requeue_outcomes(connection, number=number)
            return None
        case = await load_order_context(connection, locked.claim)
        verdict = decide_settlement(case)
        if verdict is SettlementResult.GRANTED and not await is_grantable(
            connection, number, amount
        ):
            verdict = SettlementResult.APPROVAL_NEEDED
        if verdict is SettlementResult.GRANTED:
            await _grant(connection, case, amount)
        await apply_changes(connection, changes_by_result[verdict])
        return verdict


async def _grant(connection: Connection, case: ClaimContext, amount: Money) -> None:
    order, claim = identify_order(case), case.claim
    paid = {"number": case.number, "amount": amount.amount, "currency": amount.currency}
    await QUERIES.insert_grant(
        connection,
        **paid,
        account_id=claim.account_id,
        partner_id=case.partner.id,
        reward_kind=order.reward_kind,
        order_key=order.order_key,
        link_id=case.chosen_link_id,
        reward_id=claim.reward_id,
        ordered_on=order.ordered_on,
    )
    await QUERIES.set_granted_amount(connection, **paid)


@repeat_after_migration
async def load_claim_context(database: Database, number: str) -> ClaimContext:
    """Return a ticket's case by what its account may know now."""
    async with database.transaction() as connection:
        locked = await lock_claim(connection, number)
        return await load_account_context(connection, locked.claim)
