"""Information that a member adds to a stored claim."""

from adapters.postgres.database import QUERIES, Database
from adapters.postgres.tickets.change_sets import apply_changes
from adapters.postgres.tickets.claim_facts import load_account_facts, lock_account
from adapters.postgres.tickets.order_facts import lock_claim
from domain.claims.account_facts import AccountFacts
from domain.claims.information_form import CompletedForm, merge_answers, overlay_answers
from domain.tickets.changes.change_set import ChangeSet, with_form_data
from domain.tickets.messages.commands import InformationAnswer


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
            known = filed.in_context(AccountFacts()).form
            return CompletedForm(
                answers=known.answers, anchor_dates=known.anchor_dates, order_key=row["order_key"]
            )
        answers = overlay_answers(filed.rules, filed.kind, filed.claim.answers, request.answers)
        key = filed.in_context(AccountFacts(), answers).duplicate_key
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
