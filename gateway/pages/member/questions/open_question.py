"""The question that a ticket asks its member (R22)."""

from datetime import date, datetime
from typing import Self

from adapters.postgres.tickets.open_questions import OpenQuestionRow
from domain.partners.claim_kind import ClaimKind
from domain.partners.form_fields import FormField
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from domain.values.stored import read_stored
from domain.values.types import FrozenModel


class OpenQuestion(FrozenModel):
    """A ticket's last question to its member; `question_seq` is its transition's sequence number.

    `questions` are names of form fields and free text; `answered` says whether an answer came.
    """

    state: State
    kind: ClaimKind
    language: str
    answers: dict[str, str]
    due_at: datetime | None
    rules: PartnerRules
    questions: tuple[str, ...] = ()
    question_seq: int | None = None
    answered: bool = False

    @classmethod
    def from_row(cls, row: OpenQuestionRow) -> Self:
        """Read the row of the ticket."""
        return cls(
            state=row.state,
            kind=row.kind,
            language=row.language,
            answers=row.answers or {},
            due_at=row.due_at,
            rules=read_stored(PartnerRules, row.rules),
            questions=row.questions or (),
            question_seq=row.asked,
            answered=row.answered,
        )

    @property
    def is_open(self) -> bool:
        """Say whether the ticket waits for the answer."""
        return self.state is State.INFORMATION_REQUESTED

    @property
    def answer_by(self) -> date | None:
        """The last day for the answer on the market's calendar."""
        zone = self.rules.market.zone
        return self.due_at.astimezone(zone).date() if self.due_at else None

    @property
    def form(self) -> tuple[FormField, ...]:
        """The fields of the ticket's form."""
        return self.rules.form(self.kind)

    @property
    def requested_fields(self) -> tuple[FormField, ...]:
        """The fields that the question names."""
        names = {question.strip() for question in self.questions}
        return tuple(field for field in self.form if field.name in names)

    @property
    def free_text(self) -> list[str]:
        """The questions in words."""
        names = {field.name for field in self.form}
        texts = [question.strip() for question in self.questions]
        return [text for text in texts if text and text not in names]
