"""Decisions that only the books can take, under lock: each in the transaction that writes it down.

The domain foresees a step for every thing that may be found (`candidates`); what is found chooses
the one that is written. Asked again, each returns what it found the first time.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from adapters.approvals import may_be_granted, was_left_undecided
from adapters.postgres import QUERIES, Connection, Postgres, read_reward, write_down
from domain.case import same_reward
from domain.claim import Reward, is_for_order
from domain.completion import Completion, complete
from domain.errors import BooksDisagree
from domain.messages import InformationAnswer
from domain.partner import ClaimKind, PartnerRules
from domain.settlement import OrderFacts, Verdict, settle
from domain.shapes import Money
from domain.silence import Silence
from domain.ticket import Writing, completed

T = TypeVar("T")


class Found(Completion):
    """A completed claim as the books took it; `code` says why they did not."""

    code: str | None = None


async def settle_ticket(
    postgres: Postgres, number: str, amount: Money, candidates: Mapping[Verdict, Writing]
) -> Verdict:
    """End a ticket: look once more under lock, and grant its reward at most once; more than the
    maximum only where two agents approved it.
    """
    async with postgres.transaction() as connection:
        ticket = dict(await QUERIES.lock_ticket(connection, number=number))
        if settled := await _decided(connection, number, candidates):
            return settled
        if await was_left_undecided(connection, number, candidates[Verdict.APPROVAL_NEEDED]):
            return Verdict.APPROVAL_NEEDED
        order = {name: ticket[name] for name in ("partner_id", "reward_kind", "order_key")}
        await QUERIES.lock_name(connection, name="|".join(order.values()))
        facts = OrderFacts(
            granted_to_ticket=await QUERIES.granted_to(connection, **order),
            rewards=await _rewards_of_order(connection, ticket),
        )
        verdict = settle(number, ticket["account_id"], facts)
        if verdict is Verdict.GRANTED and not await may_be_granted(connection, number, amount):
            verdict = Verdict.APPROVAL_NEEDED
        if verdict is Verdict.GRANTED:
            paid = {"number": number, "amount": amount.amount, "currency": amount.currency}
            account = {"account_id": ticket["account_id"]}
            await QUERIES.grant_reward(connection, **paid, **order, **account)
            await QUERIES.write_grant(connection, **paid)
        await write_down(connection, candidates[verdict])
        return verdict


async def take_silence(
    postgres: Postgres,
    number: str,
    amount: Money,
    month: date,
    cap: Money,
    candidates: Mapping[Silence, Writing],
) -> Silence:
    """Let silence confirm `amount`, if the partner's `cap` for the calendar `month` still allows
    it.
    """
    async with postgres.transaction() as connection:
        ticket = await QUERIES.lock_ticket(connection, number=number)
        if decided := await _decided(connection, number, candidates):
            return decided
        counted = {"partner_id": ticket["partner_id"], "month": month}
        await QUERIES.lock_name(connection, name=f"silence|{ticket['partner_id']}|{month}")
        spent = await QUERIES.confirmed_in_silence(connection, **counted)
        found = Silence.ESCALATED
        if spent + amount.amount <= cap.amount:
            found = Silence.CONFIRMED
            row = {"number": number, "amount": amount.amount}
            await QUERIES.confirm_in_silence(connection, **row, **counted)
        await write_down(connection, candidates[found])
        return found


async def take_information(
    postgres: Postgres, number: str, request: InformationAnswer, writing: Writing
) -> Found:
    """Complete a claim by the member's answers, if its form takes them and no other claim stands.

    An order number that was corrected moves the ticket to that order, for duplicates and for the
    grant.
    """
    async with postgres.transaction() as connection:
        row = dict(await QUERIES.form_of_ticket(connection, number=number))
        rules, kind = PartnerRules.stored(row["rules"]), ClaimKind(row["kind"])
        done = complete(rules, kind, row["answers"], request.answers, request.note)
        if row["writing"] >= writing.writing:
            return Found(**done.model_dump() | {"problems": {}, "order_key": row["order_key"]})
        if done.problems:
            return Found(**done.model_dump(), code="incomplete")
        key, order = row["duplicate_key"], done.order_key or row["order_key"]
        if done.order_key and done.order_key != row["order_key"]:
            key = same_reward(row["account_id"], kind, rules.id, done.order_key)
            if await QUERIES.standing_ticket(connection, duplicate_key=key):
                return Found(code="duplicate")
        await QUERIES.change_claim(
            connection,
            number=number,
            answers=done.answers,
            order_key=order,
            duplicate_key=key,
            information_note=request.note,
        )
        await write_down(connection, completed(writing, done.dates, order))
        return Found(**done.model_dump() | {"order_key": order})


async def order_facts(postgres: Postgres, number: str) -> tuple[str, OrderFacts]:
    """Return a ticket's account and what the books say of its order."""
    async with postgres.transaction() as connection:
        ticket = await QUERIES.lock_ticket(connection, number=number)
        rewards = await _rewards_of_order(connection, ticket)
        return ticket["account_id"], OrderFacts(rewards=rewards)


async def _decided(
    connection: Connection, number: str, candidates: Mapping[T, Writing]
) -> T | None:
    """Return what was found when this step was first taken, if it was."""
    moves = {found: one.moves[-1] for found, one in candidates.items() if one.moves}
    seq = next(iter(moves.values())).seq
    row = await QUERIES.recorded_move(connection, number=number, seq=seq)
    if row is None:
        return None
    for found, move in moves.items():
        if (move.event, move.to) == (row["event"], row["to_state"]):
            return found
    raise BooksDisagree(number, seq)


async def _rewards_of_order(
    connection: Connection, ticket: Mapping[str, Any]
) -> tuple[Reward, ...]:
    names = ("account_id", "partner_id", "reward_kind", "order_key", "reward_id", "link_id")
    rows = QUERIES.rewards_of_order(connection, **{name: ticket[name] for name in names})
    found = [read_reward(row) async for row in rows]
    order, link_id, contested = ticket["order_key"], ticket["link_id"], ticket["reward_id"]
    return tuple(r for r in found if r.reward_id == contested or is_for_order(r, order, link_id))
