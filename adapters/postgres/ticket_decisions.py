"""Decisions that only the books can take, under lock: each in the transaction that writes it down.

The domain computes the change set of every possible result in advance (`changes_by_result`);
the result selects the one that is stored. Asked again, each returns what it found the first time.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from adapters.postgres.approvals import is_grantable, was_stored_undecided
from adapters.postgres.change_sets import apply_changes
from adapters.postgres.claim_facts import (
    load_account_context,
    load_account_facts,
    load_order_context,
    lock_account,
    lock_claim,
)
from adapters.postgres.database import QUERIES, Connection, Database
from domain.claims.claim import AccountFacts
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility import identify_order
from domain.claims.information_form import CompletedForm, merge_answers, overlay_answers
from domain.errors import TransitionConflict
from domain.handlers.response_timeout import TimeoutResult
from domain.tickets.changes.change_set import ChangeSet, with_form_data
from domain.tickets.messages.commands import InformationAnswer
from domain.tickets.settlement import SettlementResult, decide_settlement
from domain.values.money import Money

T = TypeVar("T")


async def settle_ticket(
    database: Database,
    number: str,
    amount: Money,
    changes_by_result: Mapping[SettlementResult, ChangeSet],
) -> SettlementResult | None:
    """End a ticket: look once more under lock, and grant its reward at most once; more than the
    maximum only where two agents approved it.

    `None`, and nothing is written, while a partner's outcome is kept that the ticket has not heard:
    it is dispatched again, for it may be a cancellation.
    """
    async with database.transaction() as connection:
        filed, _ = await lock_claim(connection, number)
        if settled := await _previous_result(connection, number, changes_by_result):
            return settled
        if await was_stored_undecided(
            connection, number, changes_by_result[SettlementResult.APPROVAL_NEEDED]
        ):
            return SettlementResult.APPROVAL_NEEDED
        if await QUERIES.has_unacknowledged_outcomes(connection, number=number):
            await QUERIES.requeue_outcomes(connection, number=number)
            return None
        case = await load_order_context(connection, filed)
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


async def confirm_on_timeout(
    database: Database,
    number: str,
    amount: Money,
    month: date,
    cap: Money,
    changes_by_result: Mapping[TimeoutResult, ChangeSet],
) -> TimeoutResult:
    """Let silence confirm `amount`, if the partner's `cap` for the calendar `month` still allows
    it.
    """
    async with database.transaction() as connection:
        ticket = await QUERIES.lock_ticket(connection, number=number)
        if decided := await _previous_result(connection, number, changes_by_result):
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


async def save_information(
    database: Database, number: str, request: InformationAnswer, change_set: ChangeSet
) -> CompletedForm:
    """Complete a claim by the member's answers, if filing would still take it with them.

    An order number that was corrected moves the ticket to that order, for duplicates and for the
    grant.
    """
    async with database.transaction() as connection:
        filed, row = await lock_claim(connection, number)
        if row["version"] >= change_set.version:  # taken before; the answer to that was lost
            known = filed.case(AccountFacts()).form
            return CompletedForm(
                answers=known.answers, anchor_dates=known.anchor_dates, order_key=row["order_key"]
            )
        answers = overlay_answers(filed.rules, filed.kind, filed.claim.answers, request.answers)
        key = filed.case(AccountFacts(), answers).duplicate_key
        whose = {"account_id": filed.claim.account_id or "", "partner_id": filed.rules.id}
        other = key if key != row["duplicate_key"] else None
        await lock_account(connection, **whose)
        facts = await load_account_facts(connection, **whose, key=other)
        done = merge_answers(filed, request.answers, request.note, facts)
        if done.code:
            return done
        order = done.order_key or row["order_key"]
        await QUERIES.update_claim_answers(
            connection,
            number=number,
            answers=done.answers,
            order_key=order,
            duplicate_key=key,
            member_note=request.note,
        )
        await apply_changes(connection, with_form_data(change_set, done.anchor_dates, order))
        return done


async def load_claim_context(database: Database, number: str) -> ClaimContext:
    """Return a ticket's case by what its account may know now."""
    async with database.transaction() as connection:
        filed, _ = await lock_claim(connection, number)
        return await load_account_context(connection, filed)


async def _previous_result(
    connection: Connection, number: str, changes_by_result: Mapping[T, ChangeSet]
) -> T | None:
    """Return what was found when this step was first taken, if it was."""
    moves = {
        found: one.transitions[-1] for found, one in changes_by_result.items() if one.transitions
    }
    seq = next(iter(moves.values())).seq
    row = await QUERIES.get_transition(connection, number=number, seq=seq)
    if row is None:
        return None
    for found, move in moves.items():
        step = (row["event"], row["to_state"], row["reason_code"])
        if (move.event, move.to, move.reason_code) == step:
            return found
    raise TransitionConflict(number, seq)
