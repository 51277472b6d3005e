"""PostgreSQL, the only file that knows it: facts in, decisions down, each in one transaction.

Every write carries its key, so the second time changes nothing. What PostgreSQL or the network does
to us leaves as `DatabaseUnavailable`; a query that is wrong stays a bug and leaves as itself.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import aiosql
import asyncpg

from domain.claims.claim import Link, Reward
from domain.errors import BooksDisagree, DatabaseUnavailable, RunReplaced
from domain.tickets.approvals import Approval
from domain.tickets.ticket import Answered, Move, Note, Writing
from domain.tickets.ticket_limits import MOST_UNMOVED
from domain.values.types import Money

QUERIES: Final = aiosql.from_path(
    Path(__file__).parent / "queries", "asyncpg", mandatory_parameters=False
)
_ELSEWHERE: Final = (asyncpg.ReadOnlySQLTransactionError, asyncpg.TargetServerAttributeNotMatched)
"""After a fail-over a connection leads to what is no longer the primary, and would for ever."""
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,  # a password that rotates, a login forbidden
    asyncpg.InvalidCatalogNameError,  # a restore under way
    asyncpg.ObjectNotInPrerequisiteStateError,  # and its locks: 55006, 55P03
    asyncpg.PostgresSystemError,
    asyncpg.SnapshotTooOldError,
    asyncpg.InternalServerError,
    asyncpg.ConfigFileError,
    asyncpg.InvalidCachedStatementError,  # the schema has changed; the driver forgets its plans
    asyncpg.InvalidSQLStatementNameError,  # a pooler that gives connections to others between
    asyncpg.DuplicatePreparedStatementError,
)
"""What PostgreSQL or the network does to us; all else is a bug of ours, and stays one."""
_PATIENCE_SECONDS: Final = 5.0

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class Postgres:
    """A pool of connections, opened on first use: a worker starts while its database is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Use `connect` instead."""
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, url: str, connections: int = 10, statement_cache: int = 100
    ) -> AsyncIterator["Postgres"]:
        """Open a pool to `url` (`postgresql://…`); `ValueError` for what is no such address.

        `statement_cache`: how many prepared statements each connection keeps; 0 behind a pooler
        that gives a connection away after each transaction.
        """
        pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=connections,
            timeout=_PATIENCE_SECONDS,
            command_timeout=_PATIENCE_SECONDS,
            statement_cache_size=statement_cache,
            init=_speak_json,
        )
        async with pool:
            yield cls(pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give a connection inside a transaction."""
        try:
            acquired = self._pool.acquire(timeout=_PATIENCE_SECONDS)
            async with acquired as connection, connection.transaction():
                yield connection
        except ValueError:
            raise  # a wrong address, which also counts as the driver's own error
        except _AWAY as error:
            if isinstance(error, _ELSEWHERE):
                await self.expire()
            # The driver's own words may hold the address and its password.
            raise DatabaseUnavailable(f"PostgreSQL: {type(error).__name__}") from None

    async def expire(self) -> None:
        """Use no connection again that is open now."""
        await self._pool.expire_connections()

    async def write(self, writing: Writing) -> None:
        """Write a step down; written again, nothing changes."""
        async with self.transaction() as connection:
            await write_down(connection, writing)

    async def put_link(self, link: Link) -> None:
        """Keep a link of the platform's feed, unless a newer version is known."""
        async with self.transaction() as connection:
            await put_link(connection, link)

    async def put_reward(self, reward: Reward) -> None:
        """Keep a reward of the platform's feed, unless a newer version is known."""
        async with self.transaction() as connection:
            await put_reward(connection, reward)

    async def grants(self) -> list[dict[str, Any]]:
        """Return every grant: number, account, partner, kind, order, amount, currency."""
        async with self.transaction() as connection:
            return [dict(row) async for row in QUERIES.grants(connection)]

    async def one(self, query: str, **params: object) -> dict[str, Any] | None:
        """Return the one row of a named query, or none."""
        async with self.transaction() as connection:
            row = await getattr(QUERIES, query)(connection, **params)
            return dict(row) if row else None

    async def value(self, query: str, **params: object) -> Any:
        """Return the one value of a named query, or none."""
        async with self.transaction() as connection:
            return await getattr(QUERIES, query)(connection, **params)

    async def run(self, query: str, **params: object) -> None:
        """Run a named statement."""
        async with self.transaction() as connection:
            await getattr(QUERIES, query)(connection, **params)


async def _speak_json(connection: Any) -> None:
    await connection.set_type_codec(
        "json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )


async def put_link(connection: Connection, link: Link, for_all: bool = True) -> bool:
    """Keep a link inside a transaction; `False` where a newer version, or the same, is known.

    `for_all`: told by the feed for all accounts, which takes the place of whatever a token for some
    told; the other way round nothing is kept.
    """
    promised = money_columns("promised", link.promised_reward)
    row = link.model_dump(exclude={"promised_reward"}) | promised
    await QUERIES.lock_name(connection, name=f"link|{link.link_id}")
    if not for_all:
        return bool(await QUERIES.put_link_for_some(connection, **row))
    whose = {"link_id": link.link_id, "account_id": link.account_id}
    await QUERIES.yield_link(connection, **whose)
    return bool(await QUERIES.put_link_for_all(connection, **row))


async def put_reward(connection: Connection, reward: Reward, for_all: bool = True) -> bool:
    """Keep a reward inside a transaction, as `put_link` does a link."""
    amount = reward.amount
    row = reward.model_dump(exclude={"amount"}) | {
        "order_key": reward.order_key,
        "amount": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
    }
    await QUERIES.lock_name(connection, name=f"reward|{reward.reward_id}")
    if not for_all:
        return bool(await QUERIES.put_reward_for_some(connection, **row))
    whose = {"reward_id": reward.reward_id, "account_id": reward.account_id}
    await QUERIES.yield_reward(connection, **whose)
    return bool(await QUERIES.put_reward_for_all(connection, **row))


async def write_down(connection: Connection, writing: Writing) -> None:
    """Write a step inside a transaction; a late writing never overwrites a newer one. Raises
    `RunReplaced` for a run whose ticket another one has taken up.
    """
    number = writing.number
    resumptions = await QUERIES.resumptions_of(connection, number=number)
    if resumptions is not None and resumptions != writing.resumptions:
        raise RunReplaced(number)
    await append(connection, writing)
    await QUERIES.acknowledge(connection, number=number, ids=writing.acknowledged)
    if writing.state.is_final:
        await QUERIES.clear_handed_over(connection, number=number)
    await QUERIES.write_ticket(
        connection,
        number=number,
        writing=writing.writing,
        state=writing.state,
        reason_code=writing.reason_code,
        due_at=writing.due_at,
        cancellation_ends_at=writing.cancellation_ends_at,
        attention=writing.attention,
        partner_reference=writing.partner_reference,
        proposal=writing.proposal.model_dump(mode="json") if writing.proposal else None,
        resume_state=writing.resume_state,
        notes_left_out=writing.notes_left_out,
        **money_columns("confirmed", writing.confirmed),
    )


async def append(connection: Connection, writing: Writing) -> None:
    """Keep what a step adds, inside a transaction: moves, letters, notes, answers."""
    number = writing.number
    for move in writing.moves:
        await _append_move(connection, number, move)
    for letter in writing.letters:
        await QUERIES.queue_letter(
            connection,
            number=number,
            key=letter.key,
            kind=letter.kind,
            language=letter.language,
            params=letter.params,
        )
    for position, note in enumerate(writing.notes):
        await _keep_note(connection, number, writing.writing, position, note)
    for answer in writing.answers:
        await keep_answer(connection, answer)
    if approval := writing.approval:
        await _keep_approval(connection, number, approval)


async def _append_move(connection: Connection, number: str, move: Move) -> None:
    is_new = await QUERIES.record_move(
        connection,
        number=number,
        seq=move.seq,
        event=move.event,
        from_state=move.from_state,
        to_state=move.to,
        reason_code=move.reason_code,
        actor=move.actor,
        note=move.note,
        at=move.at,
    )
    if is_new:
        return
    known = await QUERIES.recorded_move(connection, number=number, seq=move.seq)
    if (known["event"], known["to_state"]) != (move.event, move.to):
        raise BooksDisagree(number, move.seq)


async def _keep_note(
    connection: Connection, number: str, writing: int, position: int, note: Note
) -> None:
    await QUERIES.keep_note(
        connection,
        number=number,
        writing=writing,
        position=position,
        message=note.message,
        message_id=note.message_id,
        actor=note.actor,
        code=note.code,
        body=note.body,
        seq=note.seq,
        at=note.at,
        discrepancy=note.discrepancy,
    )


async def keep_answer(connection: Connection, answer: Answered) -> None:
    """Keep the answer to a request inside a transaction; the first one stays."""
    await QUERIES.keep_answer(
        connection,
        number=answer.number,
        caller=answer.caller,
        request_id=answer.request_id,
        answer=answer.model_dump(mode="json"),
    )


async def _keep_approval(connection: Connection, number: str, approval: Approval) -> None:
    await QUERIES.keep_approval(
        connection,
        number=number,
        seq=approval.seq,
        amount=approval.amount.amount,
        currency=approval.amount.currency,
        proposed_by=approval.proposed_by,
        approved_by=approval.approved_by,
    )


async def keep_late_note(connection: Connection, number: str, note: Note) -> None:
    """Keep a note of what no workflow hears, after the ticket's end above all: of many, only their
    number. A discrepancy that is known brings no second one.
    """
    await QUERIES.lock_ticket(connection, number=number)
    key = {"number": number, "key": note.discrepancy}
    if note.discrepancy and await QUERIES.is_known_discrepancy(connection, **key):
        return
    room = {"number": number, "discrepancy": note.discrepancy, "most": MOST_UNMOVED}
    if not await QUERIES.has_room_for_late(connection, **room):
        await QUERIES.leave_note_out(connection, number=number)
        return
    position = await QUERIES.next_late_position(connection, number=number)
    await _keep_note(connection, number, 0, position, note)


def read_link(row: Mapping[str, Any]) -> Link:
    """Read a row of the links."""
    promised = read_money(row["promised_amount"], row["promised_currency"])
    return Link.model_validate(dict(row) | {"promised_reward": promised})


def read_reward(row: Mapping[str, Any]) -> Reward:
    """Read a row of the rewards."""
    return Reward.model_validate(dict(row) | {"amount": read_money(row["amount"], row["currency"])})


def read_money(amount: Any, currency: Any) -> Money | None:
    """Read the two columns of an amount."""
    return Money(amount=amount, currency=currency) if amount is not None else None


def money_columns(name: str, money: Money | None) -> dict[str, Any]:
    """Return the two columns of an amount."""
    return {
        f"{name}_amount": money.amount if money else None,
        f"{name}_currency": money.currency if money else None,
    }
