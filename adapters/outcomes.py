"""What partners found, as the books keep it before tickets are told: one place for all doors.

An outcome is kept first, told second and marked third. What a crash leaves is told again, under the
same id, which its ticket knows.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from adapters.discrepancies import keep_late_outcome
from adapters.postgres import QUERIES, Connection, Postgres, read_money
from domain.discrepancies import (
    ID_REUSED,
    TICKET_CLOSED,
    foreseen_code,
    foreseen_state,
    same_content,
)
from domain.lifecycle import FINAL, State
from domain.messages import PartnerOutcome

WORKFLOW_LOST: Final = "workflow_lost"
"""The code of an outcome whose ticket had no running workflow; the next one is told it."""
_MOST_TICKETS: Final = 100
"""So many are swept at a time."""

Key = tuple[str, str]
"""An outcome's ticket number and its id."""


class Kept(NamedTuple):
    """An outcome in the books: `code` says what became of it, `None` while its ticket was not told;
    `message_id` names the signed message that brought it, if one did; `foreseen` is the code of one
    that could move nothing when it came.
    """

    code: str | None
    message_id: str | None
    outcome: PartnerOutcome
    foreseen: str | None = None

    @property
    def refusal(self) -> str | None:
        """The code of an outcome that moves nothing, as far as that is known."""
        return TICKET_CLOSED if self.code == TICKET_CLOSED else self.foreseen


@dataclass(frozen=True)
class Untold:
    """Outcomes that wait to be told, in order and by their position; whoever tells them notes in
    `codes` what became of each.
    """

    outcomes: Mapping[int, PartnerOutcome]
    codes: dict[int, str] = field(default_factory=dict)


def key_of(outcome: PartnerOutcome) -> Key:
    """Return the key under which an outcome is kept once."""
    return outcome.number or "", outcome.outcome_id


async def numbers_of_partner(
    postgres: Postgres, partner_id: str, numbers: Iterable[str]
) -> set[str]:
    """Return which of `numbers` are tickets that the partner knows of."""
    async with postgres.transaction() as connection:
        return set(await _theirs(connection, partner_id, numbers))


async def keep_outcomes(
    postgres: Postgres,
    partner_id: str,
    outcomes: Iterable[PartnerOutcome],
    message_id: str | None = None,
    signed_at: datetime | None = None,
) -> bool:
    """Keep what is new of a partner's outcomes, in their order; those about tickets that it does
    not know of are left out.

    With a signed message they are kept together with it, and not at all where this very message
    came before: `False`.
    """
    told = list(outcomes)
    message = {"partner_id": partner_id, "message_id": message_id}
    async with postgres.transaction() as connection:
        if message_id and not await QUERIES.take_message(
            connection, **message, signed_at=signed_at
        ):
            return False
        theirs = await _theirs(connection, partner_id, {one.number or "" for one in told})
        mine = [one for one in told if one.number in theirs]
        known = await _known(connection, partner_id, mine)
        kept = [
            {"outcome": outcome.model_dump(mode="json"), "foreseen": code}
            for outcome, code in _foreseen((o for o in mine if key_of(o) not in known), theirs)
        ]
        await QUERIES.keep_outcomes(connection, **message, outcomes=kept)
        await _keep_reused(connection, partner_id, mine)
    return True


def _foreseen(
    outcomes: Iterable[PartnerOutcome], tickets: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[PartnerOutcome, str | None]]:
    """Say of each outcome what is known already: where its ticket stands, and what came before it
    in the same message.
    """
    states = {number: State(row["state"]) for number, row in tickets.items()}
    for outcome in outcomes:
        number = outcome.number or ""
        row, state = tickets[number], states[number]
        is_first = state == row["state"]
        confirmed = read_money(row["confirmed_amount"], row["confirmed_currency"])
        code = foreseen_code(state, confirmed, outcome)
        yield outcome, code if is_first or code == TICKET_CLOSED else None
        states[number] = foreseen_state(state, outcome)


async def _keep_reused(
    connection: Connection, partner_id: str, outcomes: Sequence[PartnerOutcome]
) -> None:
    """Show agents what came under an id that was known with another content: no ticket hears it."""
    known = await _known(connection, partner_id, outcomes)
    for outcome in sorted(outcomes, key=key_of):
        if not same_content(known[key_of(outcome)].outcome, outcome):
            await keep_late_outcome(connection, outcome, ID_REUSED)


async def known_outcomes(
    postgres: Postgres, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[Key, Kept]:
    """Return what the books know of these outcomes."""
    async with postgres.transaction() as connection:
        return await _known(connection, partner_id, outcomes)


async def _known(
    connection: Connection, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[Key, Kept]:
    keys = [key_of(outcome) for outcome in outcomes]
    wanted = {"numbers": [key[0] for key in keys], "outcome_ids": [key[1] for key in keys]}
    rows = QUERIES.outcomes_known(connection, partner_id=partner_id, **wanted)
    return {(row["number"], row["outcome_id"]): _kept(row) async for row in rows}


def _kept(row: Mapping[str, Any]) -> Kept:
    outcome = PartnerOutcome.model_validate(row["outcome"])
    return Kept(row["code"], row["message_id"], outcome, row["foreseen"])


@asynccontextmanager
async def untold(postgres: Postgres, numbers: Sequence[str] | None = None) -> AsyncIterator[Untold]:
    """Give what the tickets of `numbers` were not told yet, for nobody else to tell meanwhile; mark
    at the end what was told, and record what came too late.

    Without `numbers`: of tickets that were left so by a crash; nothing while another process looks
    after those.
    """
    async with postgres.transaction() as connection:
        wanted = await _left(connection) if numbers is None else list(numbers)
        rows = QUERIES.untold_outcomes(connection, numbers=wanted)
        found = {row["position"]: row["outcome"] async for row in rows}
        waiting = Untold({at: PartnerOutcome.model_validate(one) for at, one in found.items()})
        yield waiting
        if waiting.codes:
            await _mark(connection, waiting)


async def claim_behind_link(
    postgres: Postgres, partner_id: str, number: str
) -> dict[str, Any] | None:
    """Return a partner's claim as `claim_to_deliver` does, with its ticket's `state`, the member's
    `language`, the `rules` of its admission and how many `questions` were asked; `None` for none.
    """
    return await postgres.one("claim_behind_link", partner_id=partner_id, number=number)


async def outcomes_by_link(
    postgres: Postgres, partner_id: str, number: str
) -> list[tuple[PartnerOutcome, datetime, str | None]]:
    """Return what the partner answered by link about a ticket, with the moment and the code."""
    async with postgres.transaction() as connection:
        rows = QUERIES.outcomes_by_link(connection, partner_id=partner_id, number=number)
        return [
            (PartnerOutcome.model_validate(row["outcome"]), row["imported_at"], row["code"])
            async for row in rows
        ]


async def _theirs(
    connection: Connection, partner_id: str, numbers: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    wanted = {"partner_id": partner_id, "numbers": list(numbers)}
    rows = QUERIES.numbers_of_partner(connection, **wanted)
    return {row["number"]: dict(row) async for row in rows}


async def _left(connection: Connection) -> list[str]:
    if not await QUERIES.sweeps_alone(connection):
        return []
    rows = QUERIES.tickets_left_untold(connection, most=_MOST_TICKETS)
    return [row["number"] async for row in rows]


async def _mark(connection: Connection, waiting: Untold) -> None:
    closed = [waiting.outcomes[at] for at, code in waiting.codes.items() if code == TICKET_CLOSED]
    lost = await _open_among(connection, {outcome.number or "" for outcome in closed})
    for at, outcome in waiting.outcomes.items():
        if waiting.codes.get(at) == TICKET_CLOSED and outcome.number in lost:
            waiting.codes[at] = WORKFLOW_LOST
    told = [(waiting.outcomes[at], at, code) for at, code in waiting.codes.items()]
    await QUERIES.mark_outcomes(
        connection,
        numbers=[outcome.number for outcome, _, _ in told],
        positions=[at for _, at, _ in told],
        codes=[code for _, _, code in told],
    )
    for outcome, _, code in told:
        if code == TICKET_CLOSED:
            await keep_late_outcome(connection, outcome, TICKET_CLOSED)


async def _open_among(connection: Connection, numbers: Iterable[str]) -> set[str]:
    wanted = {"numbers": list(numbers), "final": sorted(FINAL)}
    return {row["number"] async for row in QUERIES.open_among(connection, **wanted)}
