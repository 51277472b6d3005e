"""Confirmation on response time-out, within the partner's monthly cap."""

from collections.abc import Mapping
from datetime import date

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from adapters.postgres.decisions.previous_results import previous_result
from adapters.postgres.tickets.change_sets import apply_changes
from domain.handlers.response_timeout import TimeoutResult
from domain.tickets.changes.change_set import ChangeSet
from domain.values.money import Money


@repeat_after_migration
async def confirm_on_timeout(
    database: Database,
    number: str,
    amount: Money,
    month: date,
    cap: Money,
    changes_by_result: Mapping[TimeoutResult, ChangeSet],
) -> TimeoutResult:
    """Confirm `amount` because the partner did not answer, if its `cap` for the calendar `month`
    allows it.
    """
    async with database.transaction() as connection:
        ticket = await QUERIES.lock_ticket(connection, number=number)
        if decided := await previous_result(connection, number, changes_by_result):
            return decided
        counted = {"partner_id": ticket["partner_id"], "month": month}
        await QUERIES.advisory_lock(connection, name=f"silence|{ticket['partner_id']}|{month}")
        spent = await QUERIES.sum_auto_confirmations(connection, **counted)
        found = TimeoutResult.ESCALATED
        if spent + amount.amount <= cap.amount:
            found = TimeoutResult.CONFIRMED
            row = {"number": number, "amount": amount.amount}
            await QUERIES.insert_auto_confirmation(connection, **row, **counted)
        await apply_changes(connection, changes_by_result[found])
        return found
