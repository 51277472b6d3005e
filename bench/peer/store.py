"""What the peer stores in its database; repeating a write changes nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from adapters.postgres.database import Connection, Database

SCHEMA: Final = Path(__file__).with_name("schema.sql")
ACTOR: Final = "system"
DUE_BATCH: Final = 20
INSERT_TICKET: Final = """
insert into tickets (number, claim, state, due_at)
values ($1, $2, 'validated', now() + interval '14 days') on conflict do nothing
"""
INSERT_TRANSITION: Final = """
insert into transitions (number, seq, event, from_state, to_state, actor)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""
UPDATE_TICKET: Final = "update tickets set state = $2, updated_at = now() where number = $1"
INSERT_GRANT: Final = """
insert into grants (number, account_id, partner_id, order_number, amount, currency)
select number, claim->>'account_id', claim->>'partner_id', claim->'answers'->>'order_number',
    $2::numeric, $3
from tickets where number = $1 on conflict do nothing
"""
LEASE_DUE: Final = """
update transitions set next_attempt_at = now() + interval '20 seconds'
where sequence in (
    select sequence from transitions where next_attempt_at <= now()
    order by sequence limit $1 for update skip locked
)
returning sequence, number, seq, event, from_state, to_state, actor, at
"""
MARK_DELIVERED: Final = "update transitions set next_attempt_at = null where sequence = $1"
COUNT_UNDELIVERED: Final = "select count(*) from transitions where next_attempt_at is not null"
IN_STATE: Final = "select number from tickets where state = $1 and number = any($2)"


class PeerTransition(NamedTuple):
    """A transition of a ticket, under its sequence number."""

    seq: int
    event: str
    from_state: str
    to_state: str


ACCEPTED: Final = PeerTransition(1, "claim_accepted", "created", "validated")
SENT: Final = PeerTransition(2, "claim_sent", "validated", "sent_to_partner")
CONFIRMED: Final = PeerTransition(
    3, "partner_confirmed", SENT.to_state, "awaiting_cancellation_period"
)
RESOLVED: Final = PeerTransition(4, "cancellation_period_ended", CONFIRMED.to_state, "resolved")


class PeerStore:
    """The tables of the peer."""

    def __init__(self, database: Database) -> None:
        """Store in this database."""
        self._database = database

    async def create_tables(self) -> None:
        """Create the tables, unless they are there."""
        async with self._database.transaction() as connection:
            await connection.execute(SCHEMA.read_text(encoding="utf-8"))

    async def accept(self, number: str, claim: dict[str, Any]) -> None:
        """Store a new ticket with its first transition."""
        async with self._database.transaction() as connection:
            await connection.execute(INSERT_TICKET, number, claim)
            await _record(connection, number, ACCEPTED, ACTOR)

    async def advance(self, number: str, step: PeerTransition, actor: str = ACTOR) -> None:
        """Store a transition and the ticket's new state."""
        async with self._database.transaction() as connection:
            await _record(connection, number, step, actor)
            await connection.execute(UPDATE_TICKET, number, step.to_state)

    async def settle(self, number: str, amount: str, currency: str) -> None:
        """Store the grant and the last transition."""
        async with self._database.transaction() as connection:
            await connection.execute(INSERT_GRANT, number, amount, currency)
            await _record(connection, number, RESOLVED, ACTOR)
            await connection.execute(UPDATE_TICKET, number, RESOLVED.to_state)

    async def in_state(self, state: str, numbers: Sequence[str]) -> list[str]:
        """Return those tickets that are in a state."""
        async with self._database.transaction() as connection:
            rows = await connection.fetch(IN_STATE, state, numbers)
            return [row["number"] for row in rows]

    async def lease_due(self) -> list[dict[str, Any]]:
        """Lease a batch of transitions whose webhooks are due."""
        async with self._database.transaction() as connection:
            return [dict(row) for row in await connection.fetch(LEASE_DUE, DUE_BATCH)]

    async def mark_delivered(self, sequence: int) -> None:
        """Record that the platform accepted a webhook."""
        async with self._database.transaction() as connection:
            await connection.execute(MARK_DELIVERED, sequence)

    async def count_undelivered(self) -> int:
        """Return how many webhooks are not delivered yet."""
        async with self._database.transaction() as connection:
            return int(await connection.fetchval(COUNT_UNDELIVERED))


async def _record(connection: Connection, number: str, step: PeerTransition, actor: str) -> None:
    values = (step.seq, step.event, step.from_state, step.to_state)
    await connection.execute(INSERT_TRANSITION, number, *values, actor)
