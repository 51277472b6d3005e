"""Sessions of the pages, started by a login token of the platform.

A session is stored under the digest of the random id in its cookie, never under the id itself.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from domain.claims.claim import Contact
from domain.values.stored import read_stored
from domain.values.types import FrozenModel, Identifier

SessionKind = Literal["member", "agent"]
IDLE_TIMEOUT: Final = timedelta(hours=1)
"""A session without requests ends after this time."""
MAX_DURATION: Final = timedelta(hours=8)
"""A session ends after this time in any case."""
TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""A request within this time of the previous one is not recorded."""


class LoginToken(FrozenModel):
    """A verified login token of the platform; `token_id` is the digest of its id."""

    token_id: str
    kind: SessionKind
    subject: Identifier
    contact: Contact | None = None
    issued_at: datetime
    expires_at: datetime

    @property
    def subject_columns(self) -> dict[str, Any]:
        """The subject of the session, as columns."""
        return {"kind": self.kind, "subject": self.subject}


class SessionRow(FrozenModel):
    """An active session; `ends_at` is its end if it stays idle."""

    session_id: str
    kind: SessionKind
    subject: str
    contact: Contact | None
    ends_at: datetime
    is_stale: bool
    """Whether its last request was so long ago that this one is recorded."""


@repeat_after_migration
async def start_session(
    database: Database, token: LoginToken, new_id: str, current: str | None, replaced: str | None
) -> str | None:
    """Consume a login token; return the id of its session, `None` if the token is used or revoked.

    The `current` session of the same subject continues with the token's contact; the session
    `replaced` of another subject ends. All of it happens in one transaction.
    """
    async with database.transaction() as connection:
        await _lock(connection, token.kind, token.subject)
        ended_at = await QUERIES.get_session_revocation(connection, **token.subject_columns)
        if ended_at and token.issued_at <= ended_at:
            return None
        used = {"token_id": token.token_id, "expires_at": token.expires_at}
        if not await QUERIES.consume_login_token(connection, **used):
            return None
        if replaced:
            await QUERIES.end_session(connection, session_id=replaced, ended_by="replaced")
        return await _start(connection, token, new_id, current)


async def _start(
    connection: Connection, token: LoginToken, new_id: str, current: str | None
) -> str:
    contact = token.contact.model_dump(mode="json") if token.contact else None
    columns = {**token.subject_columns, "contact": contact, "longest": MAX_DURATION}
    if current and await QUERIES.renew_session(connection, session_id=current, **columns):
        return current
    await QUERIES.insert_session(connection, session_id=new_id, **columns)
    return new_id


async def is_token_consumed(database: Database, token: LoginToken) -> bool:
    """Say whether a login token has started a session."""
    return bool(
        await database.fetch_value(QUERIES.login_token_is_consumed, token_id=token.token_id)
    )


async def get_active_session(
    database: Database, session_id: str, kind: SessionKind
) -> SessionRow | None:
    """Return an active session and record the request."""
    times = {"idle": IDLE_TIMEOUT, "unnoticed": TOUCH_INTERVAL}
    row = await database.fetch_row(
        QUERIES.get_active_session, session_id=session_id, kind=kind, **times
    )
    session = read_stored(SessionRow, row) if row else None
    if session and session.is_stale:
        await database.execute(QUERIES.touch_session, session_id=session_id)
    return session


async def has_open_session(
    database: Database, session_id: str, kind: SessionKind, subject: str
) -> bool:
    """Say whether this subject has a session that was not ended explicitly."""
    subject_columns = {"session_id": session_id, "kind": kind, "subject": subject}
    return bool(await database.fetch_value(QUERIES.has_open_session, **subject_columns))


async def end_session(database: Database, session_id: str) -> None:
    """End a session at sign-out."""
    await database.execute(QUERIES.end_session, session_id=session_id, ended_by="left")


@repeat_after_migration
async def end_sessions(database: Database, kind: SessionKind, subject: str, ended_by: str) -> int:
    """End all sessions of a subject and revoke its earlier login tokens; return how many were
    active.
    """
    async with database.transaction() as connection:
        await _lock(connection, kind, subject)
        subject_columns = {"kind": kind, "subject": subject}
        return int(await QUERIES.end_sessions(connection, **subject_columns, ended_by=ended_by))


async def _lock(connection: Connection, kind: SessionKind, subject: str) -> None:
    """Start and end sessions of one subject one at a time."""
    await QUERIES.advisory_lock(connection, name=f"sessions|{kind}|{subject}")
