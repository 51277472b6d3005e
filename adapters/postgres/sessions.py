"""Sessions of the pages in the database: begun by a hand-over, ended by whoever may.

A session is known by the digest of the random id in its cookie, never by the id itself.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from adapters.postgres.database import QUERIES, Connection, Database
from domain.claims.claim import Contact
from domain.values.types import FrozenModel, Identifier

SessionKind = Literal["member", "agent"]
IDLE_TIMEOUT: Final = timedelta(hours=1)
"""So long a session waits for its reader."""
MAX_DURATION: Final = timedelta(hours=8)
"""So long a session lasts, however busy it is."""
TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""So long a reader's pages are not written down: not every page costs a write."""


class LoginToken(FrozenModel):
    """What a hand-over of the platform says; `token_id` is a digest of its id."""

    token_id: str
    kind: SessionKind
    subject: Identifier
    contact: Contact | None = None
    issued_at: datetime
    expires_at: datetime

    @property
    def subject_columns(self) -> dict[str, Any]:
        """Whose sessions it may begin."""
        return {"kind": self.kind, "subject": self.subject}


async def start_session(
    database: Database, token: LoginToken, new_id: str, alive: str | None, replaced: str | None
) -> str | None:
    """Use a hand-over up; return the id of the session that it opens, `None` where it opens none.

    A session of the same subject that is `alive` goes on, with the contact and the time of the
    hand-over; one of another subject (`replaced`) ends. All of it happens, or nothing.
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
        return await _start(connection, token, new_id, alive)


async def _start(connection: Connection, token: LoginToken, new_id: str, alive: str | None) -> str:
    contact = token.contact.model_dump(mode="json") if token.contact else None
    told = {**token.subject_columns, "contact": contact, "longest": MAX_DURATION}
    if alive and await QUERIES.renew_session(connection, session_id=alive, **told):
        return alive
    await QUERIES.insert_session(connection, session_id=new_id, **told)
    return new_id


async def is_token_consumed(database: Database, token: LoginToken) -> bool:
    """Say whether a hand-over opened a session before."""
    return bool(
        await database.fetch_value(QUERIES.login_token_is_consumed, token_id=token.token_id)
    )


async def get_active_session(
    database: Database, session_id: str, kind: SessionKind
) -> dict[str, Any] | None:
    """Return a session that goes on, and note that its reader was seen.

    `ends_at` is the moment at which it ends if nothing is done.
    """
    times = {"idle": IDLE_TIMEOUT, "unnoticed": TOUCH_INTERVAL}
    found = await database.fetch_row(
        QUERIES.get_active_session, session_id=session_id, kind=kind, **times
    )
    if found and found["is_stale"]:
        await database.execute(QUERIES.touch_session, session_id=session_id)
    return found


async def has_open_session(
    database: Database, session_id: str, kind: SessionKind, subject: str
) -> bool:
    """Say whether a session of this subject is known that nobody has ended."""
    subject_columns = {"session_id": session_id, "kind": kind, "subject": subject}
    return bool(await database.fetch_value(QUERIES.has_open_session, **subject_columns))


async def end_session(database: Database, session_id: str) -> None:
    """End a session that its reader leaves."""
    await database.execute(QUERIES.end_session, session_id=session_id, ended_by="left")


async def end_sessions(database: Database, kind: SessionKind, subject: str, ended_by: str) -> int:
    """End all sessions of a subject, and all that a hand-over from before could still begin;
    return how many there were.
    """
    async with database.transaction() as connection:
        await _lock(connection, kind, subject)
        subject_columns = {"kind": kind, "subject": subject}
        return int(await QUERIES.end_sessions(connection, **subject_columns, ended_by=ended_by))


async def _lock(connection: Connection, kind: SessionKind, subject: str) -> None:
    """Let nobody begin a session of a subject while another ends them."""
    await QUERIES.advisory_lock(connection, name=f"sessions|{kind}|{subject}")
