"""The question that a ticket asks its member."""

from datetime import datetime
from typing import Any

from adapters.postgres.database import QUERIES, Database
from domain.partners.claim_kind import ClaimKind
from domain.tickets.states import State
from domain.values.stored import read_stored
from domain.values.types import FrozenModel


class OpenQuestionRow(FrozenModel):
    """A ticket's last question to its member, with its form as stored.

    `asked` is the sequence number of the question's transition, `answered` says whether the member
    has replied since.
    """

    state: State
    kind: ClaimKind
    language: str
    answers: dict[str, str] | None
    due_at: datetime | None
    rules: dict[str, Any]
    questions: tuple[str, ...] | None
    asked: int | None
    answered: bool


async def get_open_question(database: Database, number: str) -> OpenQuestionRow | None:
    """Return the last question of a ticket; `None` for an unknown number. A ticket that never asked
    has a row without `asked`.
    """
    row = await database.fetch_row(QUERIES.get_open_question, number=number)
    return read_stored(OpenQuestionRow, row) if row else None
