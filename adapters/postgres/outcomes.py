"""What partners found, as the books keep it before tickets are told: the outbox of all doors.

An outcome is kept first, dispatched second, marked third and acknowledged by its ticket last. What
a crash leaves is dispatched again, under the same id, which its ticket knows. All of it is bounded
per ticket (docs/decisions/0051).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from adapters.postgres.database import QUERIES, Connection, Database
from adapters.postgres.discrepancies import log_late_outcome
from adapters.postgres.rows import money_from_row
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected
from domain.tickets.discrepancies import has_same_content
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.outcome_prediction import predict_code, predict_state
from domain.tickets.states import FINAL, State

WORKFLOW_LOST: Final = RefusalCode.WORKFLOW_LOST
"""The code of an outcome whose ticket had no running workflow; the next one is told it."""
TOO_MANY_OUTCOMES: Final = "too_many_outcomes"
"""The code of an outcome that its ticket has no room for."""
MAX_OUTCOMES_PER_DAY: Final = 2_000
"""Outcomes of one ticket that are kept within a day, or wait."""
MAX_IN_FLIGHT: Final = 25
"""Outcomes that a ticket was signalled and has not acknowledged."""
MAX_OUTCOMES_PER_DISPATCH: Final = 10
"""Outcomes that a ticket is signalled in one turn."""
MAX_TICKETS_PER_PARTNER: Final = 16
"""Tickets of one partner that are looked after in one round."""
OUTCOME_LEASE: Final = timedelta(seconds=30)
"""Longer than a turn takes."""
DISPATCH_INTERVAL: Final = timedelta(seconds=0.5)
DISPATCH_RETRY_INTERVAL: Final = timedelta(seconds=5)

OutcomeKey = tuple[str, str]
"""An outcome's ticket number and its id."""


class StoredOutcome(NamedTuple):
    """A stored outcome: `code` is its result, `None` until it is dispatched;
    `message_id` names the signed message that brought it, if any; `predicted_code` is the code
    predicted on arrival.
    """

    code: str | None
    message_id: str | None
    outcome: PartnerOutcome
    predicted_code: str | None = None

    @property
    def refusal(self) -> str | None:
        """The code of an outcome that moves nothing, as far as that is known."""
        return (
            MessageCode.TICKET_CLOSED
            if self.code == MessageCode.TICKET_CLOSED
            else self.predicted_code
        )


class StoreResult(NamedTuple):
    """What became of a delivery: whether it was new, and which tickets the partner knows of."""

    is_new: bool
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PendingOutcomes:
    """Outcomes that go to their tickets now, in order and by their position; whoever dispatches
    them notes in `codes` what became of each.
    """

    numbers: Sequence[str] = ()
    outcomes: Mapping[int, PartnerOutcome] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)


def outcome_key(outcome: PartnerOutcome) -> OutcomeKey:
    """Return the key under which an outcome is kept once."""
    return outcome.number or "", outcome.outcome_id


async def partner_ticket_numbers(
    database: Database, partner_id: str, numbers: Iterable[str]
) -> set[str]:
    """Return which of `numbers` are tickets that the partner knows of."""
    async with database.transaction() as connection:
        return set(await _visible_tickets(connection, partner_id, numbers))


async def store_outcomes(
    database: Database,
    partner_id: str,
    outcomes: Iterable[PartnerOutcome],
    message_id: str | None = None,
    signed_at: datetime | None = None,
) -> StoreResult:
    """Keep what is new of a partner's outcomes, in their order; those about tickets that it does
    not know of are left out, and those that a ticket has no room for.

    With a signed message they are kept together with it, and not at all where this very message
    came before. Raises `RequestRejected("too_many_requests")`, and nothing is kept, where there was
    room for none.
    """
    told = list(outcomes)
    message = {"partner_id": partner_id, "message_id": message_id}
    async with database.transaction() as connection:
        if message_id and not await QUERIES.register_webhook_message(
            connection, **message, signed_at=signed_at
        ):
            return StoreResult(is_new=False)
        theirs = await _visible_tickets(connection, partner_id, {one.number or "" for one in told})
        mine = [one for one in told if one.number in theirs]
        await QUERIES.enqueue_outcome_tickets(
            connection, partner_id=partner_id, numbers=sorted(theirs)
        )
        known = await _find(connection, partner_id, mine)
        fresh = [
            {"outcome": outcome.model_dump(mode="json"), "predicted_code": code}
            for outcome, code in _predict_codes(
                (o for o in mine if outcome_key(o) not in known), theirs
            )
        ]
        rows = QUERIES.insert_outcomes(
            connection, **message, outcomes=fresh, most=MAX_OUTCOMES_PER_DAY
        )
        if not [row async for row in rows] and fresh:
            raise RequestRejected(RefusalCode.TOO_MANY_REQUESTS)
        await _log_reused_ids(connection, partner_id, mine)
    return StoreResult(is_new=True, numbers=frozenset(theirs))


def _predict_codes(
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
        confirmed = money_from_row(row["confirmed_amount"], row["confirmed_currency"])
        code = predict_code(state, confirmed, outcome)
        yield outcome, code if is_first or code == MessageCode.TICKET_CLOSED else None
        states[number] = predict_state(state, outcome)


async def _log_reused_ids(
    connection: Connection, partner_id: str, outcomes: Sequence[PartnerOutcome]
) -> None:
    """Show agents what came under an id that was known with another content: no ticket hears it."""
    known = await _find(connection, partner_id, outcomes)
    for outcome in sorted(outcomes, key=outcome_key):
        kept = known.get(outcome_key(outcome))
        if kept and not has_same_content(kept.outcome, outcome):
            await log_late_outcome(connection, outcome, MessageCode.OUTCOME_ID_REUSED)


async def find_outcomes(
    database: Database, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[OutcomeKey, StoredOutcome]:
    """Return what the books know of these outcomes."""
    async with database.transaction() as connection:
        return await _find(connection, partner_id, outcomes)


async def _find(
    connection: Connection, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[OutcomeKey, StoredOutcome]:
    keys = [outcome_key(outcome) for outcome in outcomes]
    wanted = {"numbers": [key[0] for key in keys], "outcome_ids": [key[1] for key in keys]}
    rows = QUERIES.find_outcomes(connection, partner_id=partner_id, **wanted)
    return {(row["number"], row["outcome_id"]): _stored_outcome(row) async for row in rows}


def _stored_outcome(row: Mapping[str, Any]) -> StoredOutcome:
    outcome = PartnerOutcome.model_validate(row["outcome"])
    return StoredOutcome(row["code"], row["webhook_message_id"], outcome, row["predicted_code"])


async def lease_pending_outcomes(
    database: Database, numbers: Sequence[str] | None = None
) -> PendingOutcomes:
    """Take the next outcomes of the tickets of `numbers` for nobody else to dispatch meanwhile,
    else of tickets whose turn it is, of every partner some; `release_outcomes` gives them back.
    """
    async with database.transaction() as connection:
        if numbers is None:
            rows = QUERIES.lease_due_tickets(
                connection, lease=OUTCOME_LEASE, most=MAX_TICKETS_PER_PARTNER
            )
        else:
            rows = QUERIES.lease_tickets(connection, lease=OUTCOME_LEASE, numbers=list(numbers))
        mine = [row["number"] async for row in rows]
        limits = {"at_once": MAX_OUTCOMES_PER_DISPATCH, "in_flight": MAX_IN_FLIGHT}
        rows = QUERIES.list_leased_outcomes(connection, numbers=mine, **limits)
        found = {row["sequence"]: row["outcome"] async for row in rows}
    return PendingOutcomes(
        mine, {at: PartnerOutcome.model_validate(one) for at, one in found.items()}
    )


async def release_outcomes(
    database: Database, turn: PendingOutcomes, pause: timedelta = DISPATCH_INTERVAL
) -> None:
    """Mark what was dispatched, record what came too late, and let the tickets wait for their next
    turn, those for which something is left.
    """
    if not turn.numbers:
        return
    async with database.transaction() as connection:
        await _mark_dispatched(connection, turn)
        numbers = sorted(turn.numbers)
        async for _ in QUERIES.lock_outcome_tickets(connection, numbers=numbers):
            pass
        await QUERIES.release_outcome_tickets(connection, numbers=numbers, pause=pause)


async def get_linked_claim(
    database: Database, partner_id: str, number: str
) -> dict[str, Any] | None:
    """Return a partner's claim as `claim_to_deliver` does, with its ticket's `state`, the member's
    `language`, the `rules` of its admission and how many `questions` were asked; `None` for none.
    """
    return await database.one("get_linked_claim", partner_id=partner_id, number=number)


async def list_outcomes_by_link(
    database: Database, partner_id: str, number: str
) -> list[tuple[PartnerOutcome, datetime, str | None]]:
    """Return what the partner answered by link about a ticket, with the moment and the code."""
    async with database.transaction() as connection:
        rows = QUERIES.list_outcomes_by_link(connection, partner_id=partner_id, number=number)
        return [
            (PartnerOutcome.model_validate(row["outcome"]), row["received_at"], row["code"])
            async for row in rows
        ]


async def _visible_tickets(
    connection: Connection, partner_id: str, numbers: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    wanted = {"partner_id": partner_id, "numbers": list(numbers)}
    rows = QUERIES.list_partner_tickets(connection, **wanted)
    return {row["number"]: dict(row) async for row in rows}


async def _mark_dispatched(connection: Connection, turn: PendingOutcomes) -> None:
    closed = [
        turn.outcomes[at] for at, code in turn.codes.items() if code == MessageCode.TICKET_CLOSED
    ]
    lost = await _open_among(connection, {outcome.number or "" for outcome in closed})
    for at, outcome in turn.outcomes.items():
        if turn.codes.get(at) == MessageCode.TICKET_CLOSED and outcome.number in lost:
            turn.codes[at] = WORKFLOW_LOST
    told = [(turn.outcomes[at], at, code) for at, code in turn.codes.items()]
    await QUERIES.mark_outcomes_dispatched(
        connection,
        numbers=[outcome.number for outcome, _, _ in told],
        sequences=[at for _, at, _ in told],
        codes=[code for _, _, code in told],
    )
    for outcome, _, code in told:
        if code == MessageCode.TICKET_CLOSED:
            await log_late_outcome(connection, outcome, MessageCode.TICKET_CLOSED)


async def _open_among(connection: Connection, numbers: Iterable[str]) -> set[str]:
    wanted = {"numbers": list(numbers), "final": sorted(FINAL)}
    return {row["number"] async for row in QUERIES.filter_open_tickets(connection, **wanted)}
