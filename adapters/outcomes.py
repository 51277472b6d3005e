"""What partners found, as the books keep it before tickets are told: one place for all doors.

An outcome is kept first, told second and marked third. What a crash leaves is told again, under the
same id, which its ticket knows.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from adapters.postgres import QUERIES, Connection, Postgres
from domain.lifecycle import FINAL
from domain.messages import PartnerOutcome
from domain.notes import note_of

TICKET_CLOSED: Final = "ticket_closed"
"""The code of an outcome whose ticket had ended."""
WORKFLOW_LOST: Final = "workflow_lost"
"""The code of an outcome whose ticket had no running workflow; the next one is told it."""
_MOST_TICKETS: Final = 100
"""So many are swept at a time."""

Key = tuple[str, str]
"""An outcome's ticket number and its id."""


class Kept(NamedTuple):
    """An outcome in the books: `code` says what became of it, `None` while its ticket was not told;
    `message_id` names the signed message that brought it, if one did.
    """

    code: str | None
    message_id: str | None


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
        return await _theirs(connection, partner_id, numbers)


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
        kept = [one.model_dump(mode="json") for one in told if one.number in theirs]
        await QUERIES.keep_outcomes(connection, **message, outcomes=kept)
    return True


async def known_outcomes(
    postgres: Postgres, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[Key, Kept]:
    """Return what the books know of these outcomes."""
    keys = [key_of(outcome) for outcome in outcomes]
    wanted = {"numbers": [key[0] for key in keys], "outcome_ids": [key[1] for key in keys]}
    async with postgres.transaction() as connection:
        rows = QUERIES.outcomes_known(connection, partner_id=partner_id, **wanted)
        return {
            (row["number"], row["outcome_id"]): Kept(row["code"], row["message_id"])
            async for row in rows
        }


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


async def _theirs(connection: Connection, partner_id: str, numbers: Iterable[str]) -> set[str]:
    wanted = {"partner_id": partner_id, "numbers": list(numbers)}
    return {row["number"] async for row in QUERIES.numbers_of_partner(connection, **wanted)}


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
            await _keep_late(connection, outcome)


async def _open_among(connection: Connection, numbers: Iterable[str]) -> set[str]:
    wanted = {"numbers": list(numbers), "final": sorted(FINAL)}
    return {row["number"] async for row in QUERIES.open_among(connection, **wanted)}


async def _keep_late(connection: Connection, outcome: PartnerOutcome) -> None:
    """Record a message that came after its ticket's end (contract.md, "Temporal")."""
    number = outcome.number
    await QUERIES.lock_ticket(connection, number=number)
    note = note_of(outcome, TICKET_CLOSED, datetime.now(UTC)).model_dump(exclude={"seq"})
    await QUERIES.keep_late_note(connection, number=number, **note)
