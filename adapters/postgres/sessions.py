"""Sessions of the pages in the database: begun by a hand-over, ended by whoever may.

A session is known by the digest of the random id in its cookie, never by the id itself.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from adapters.postgres.database import QUERIES, Connection, Postgres
from domain.claims.claim import Contact
from domain.values.types import FrozenModel, Identifier

Kind = Literal["member", "agent"]
IDLE: Final = timedelta(hours=1)
"""So long a session waits for its reader."""
LONGEST: Final = timedelta(hours=8)
"""So long a session lasts, however busy it is."""
UNNOTICED: Final = timedelta(minutes=1)
"""So long a reader's pages are not written down: not every page costs a write."""


class Handover(FrozenModel):
    """What a hand-over of the platform says; `token_id` is a digest of its id."""

    token_id: str
    kind: Kind
    subject: Identifier
    contact: Contact | None = None
    issued_at: datetime
    expires_at: datetime

    @property
    def whose(self) -> dict[str, Any]:
        """Whose sessions it may begin."""
        return {"kind": self.kind, "subject": self.subject}


async def session_begun(
    postgres: Postgres, handover: Handover, new_id: str, alive: str | None, replaced: str | None
) -> str | None:
    """Use a hand-over up; return the id of the session that it opens, `None` where it opens none.

    A session of the same subject that is `alive` goes on, with the contact and the time of the
    hand-over; one of another subject (`replaced`) ends. All of it happens, or nothing.
    """
    async with postgres.transaction() as connection:
        await _lock(connection, handover.kind, handover.subject)
        ended_at = await QUERIES.subject_ended(connection, **handover.whose)
        if ended_at and handover.issued_at <= ended_at:
            return None
        used = {"token_id": handover.token_id, "expires_at": handover.expires_at}
        if not await QUERIES.use_handover(connection, **used):
            return None
        if replaced:
            await QUERIES.end_session(connection, session_id=replaced, ended_by="replaced")
        return await _begun(connection, handover, new_id, alive)


async def _begun(connection: Connection, handover: Handover, new_id: str, alive: str | None) -> str:
    contact = handover.contact.model_dump(mode="json") if handover.contact else None
    told = {**handover.whose, "contact": contact, "longest": LONGEST}
    if alive and await QUERIES.renew_session(connection, session_id=alive, **told):
        return alive
    await QUERIES.begin_session(connection, session_id=new_id, **told)
    return new_id


async def is_used(postgres: Postgres, handover: Handover) -> bool:
    """Say whether a hand-over opened a session before."""
    return bool(await postgres.value("is_used_handover", token_id=handover.token_id))


async def live_session(postgres: Postgres, session_id: str, kind: Kind) -> dict[str, Any] | None:
    """Return a session that goes on, and note that its reader was seen.

    `ends_at` is the moment at which it ends if nothing is done.
    """
    times = {"idle": IDLE, "unnoticed": UNNOTICED}
    found = await postgres.one("live_session", session_id=session_id, kind=kind, **times)
    if found and found["is_stale"]:
        await postgres.run("session_seen", session_id=session_id)
    return found


async def is_idle_session_of(postgres: Postgres, session_id: str, kind: Kind, subject: str) -> bool:
    """Say whether a session of this subject is known that nobody has ended."""
    whose = {"session_id": session_id, "kind": kind, "subject": subject}
    return bool(await postgres.value("is_idle_session_of", **whose))


async def end_session(postgres: Postgres, session_id: str) -> None:
    """End a session that its reader leaves."""
    await postgres.run("end_session", session_id=session_id, ended_by="left")


async def end_sessions(postgres: Postgres, kind: Kind, subject: str, ended_by: str) -> int:
    """End all sessions of a subject, and all that a hand-over from before could still begin;
    return how many there were.
    """
    async with postgres.transaction() as connection:
        await _lock(connection, kind, subject)
        whose = {"kind": kind, "subject": subject}
        return int(await QUERIES.end_sessions(connection, **whose, ended_by=ended_by))


async def _lock(connection: Connection, kind: Kind, subject: str) -> None:
    """Let nobody begin a session of a subject while another ends them."""
    await QUERIES.lock_name(connection, name=f"sessions|{kind}|{subject}")
