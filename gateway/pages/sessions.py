"""Sessions of the pages: who reads them.

A login token from the platform starts a session (`sign_in.py`). Its cookie holds a random id only,
signed so that forged ones cost no database query; the session itself is in the database, where it
can be ended.
"""

from datetime import datetime

from fastapi import Request

from adapters.postgres.sessions import SessionKind, get_active_session
from domain.claims.claim import Contact
from domain.values.stored import read_stored
from domain.values.types import FrozenModel, Identifier
from gateway.context import AppContext
from gateway.pages.session_cookies import read_session_cookie, session_id_of


class Session(FrozenModel):
    """A member's account with its contact, or an agent; ends at `ends_at` unless used before."""

    session_id: str
    kind: SessionKind
    subject: Identifier
    contact: Contact | None = None
    ends_at: datetime

    @property
    def name(self) -> str:
        """The reader's display name."""
        return display_name(self.subject, self.contact)


def display_name(subject: str, contact: Contact | None) -> str:
    """Return a reader's name: a member's name or e-mail address, else the subject."""
    return (contact and (contact.name or contact.email)) or subject


async def load_session(context: AppContext, request: Request, kind: SessionKind) -> Session | None:
    """Return the active session of this browser, if there is one."""
    cookie = read_session_cookie(context, request, kind)
    if not cookie:
        return None
    found = await get_active_session(context.database, session_id_of(cookie), kind)
    return read_stored(Session, found.model_dump()) if found else None
