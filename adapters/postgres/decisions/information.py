"""Information that a member adds to a stored claim: lock, load, decide, apply."""

from adapters.postgres.claims.claim_facts import load_account_facts, lock_account
from adapters.postgres.claims.order_facts import LockedClaim, lock_claim
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.tickets.change_sets import apply_changes
from domain.claims.account_facts import AccountFacts
from domain.claims.information_form import (
    CompletedForm,
    decide_information,
    duplicate_key_with,
    stored_form,
)
from domain.tickets.changes.change_set import ChangeSet, with_form_data
from domain.tickets.messages.commands import InformationAnswer


@repeat_after_migration
async def save_information(
    database: Database, number: str, request: InformationAnswer, change_set: ChangeSet
) -> CompletedForm:
    """Complete a claim with a member's answers, if filing would accept it with them.

    A corrected order number assigns the ticket to that order, for duplicates and for the grant.
    A retry of a stored step returns the stored form.
    """
    async with database.transaction() as connection:
        locked = await lock_claim(connection, number)
        if locked.version >= change_set.version:
            return stored_form(locked.claim, locked.order_key)
        duplicate_key = duplicate_key_with(locked.claim, request.answers)
        facts = await _load_facts(connection, locked, duplicate_key)
        form = decide_information(locked.claim, request.answers, request.note, facts)
        if form.code is None:
            await _apply(connection, locked, form, duplicate_key, request.note, change_set)
        return form


async def _load_facts(
    connection: Connection, locked: LockedClaim, duplicate_key: str
) -> AccountFacts:
    """Load the facts, with the ticket that blocks the claim if the answers change its order."""
    account = {
        "account_id": locked.claim.claim.account_id or "",
        "partner_id": locked.claim.rules.id,
    }
    await lock_account(connection, **account)
    key = duplicate_key if duplicate_key != locked.duplicate_key else None
    return await load_account_facts(connection, **account, key=key)


async def _apply(
    connection: Connection,
    locked: LockedClaim,
    form: CompletedForm,
    duplicate_key: str,
    note: str | None,
    change_set: ChangeSet,
) -> None:
    order_key = form.order_key or locked.order_key
    await QUERIES.update_claim_answers(
        connection,
        number=locked.claim.number,
        answers=form.answers,
        order_key=order_key,
        duplicate_key=duplicate_key,
        member_note=note,
    )
    await apply_changes(connection, with_form_data(change_set, form.anchor_dates, order_key))
