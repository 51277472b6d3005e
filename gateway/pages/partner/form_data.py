"""What a partner filled in behind a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import FormData

from adapters.email.sanitizing import strip_control_characters
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from gateway.pages.partner.labels import field_questions
from gateway.pages.partner.linked_claim import LinkedClaim
from gateway.pages.partner.outcome_form import ParsedOutcome, parse_outcome_form

_FIELDS: Final = (
    "round", "outcome", "confirmed", "amount", "activated_on", "contract_started_on",
    "cancellation_ends_on", "confirmed_note", "reason_code", "rejected_note", "question",
)  # fmt: skip


@dataclass(frozen=True)
class OutcomeFormData:
    """The form's values by field, and the claim's fields that the partner asks about."""

    values: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(_FIELDS, ""))
    question_fields: Sequence[str] = ()

    @property
    def is_confirmed(self) -> bool | None:
        """Say whether the partner confirmed the outcome on the second page; `None` before it."""
        return {"yes": True, "no": False}.get(self.values["confirmed"])

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the second page repeats: everything but the confirmation."""
        texts = [(name, text) for name, text in self.values.items() if text and name != "confirmed"]
        return [*texts, *(("question_fields", name) for name in self.question_fields)]

    def is_stale(self, claim: LinkedClaim) -> bool:
        """Say whether the claim changed since the page was opened: another round began, or the
        member is asked something already and the form asks again.
        """
        asks = self.values["outcome"] == "information_requested"
        is_question_open = claim.state is State.INFORMATION_REQUESTED
        return self.values["round"] != str(claim.round) or (is_question_open and asks)

    def parse(self, claim: LinkedClaim) -> ParsedOutcome:
        """Parse the outcome of the current round."""
        questions = field_questions(claim.rules, self.question_fields, claim.member_language)
        questions += [question] if (question := self.values["question"]) else []
        return parse_outcome_form(
            self.values, questions, claim.rules, claim.number, claim.outcome_id
        )


def read_form_data(sent: FormData, rules: PartnerRules) -> OutcomeFormData:
    """Read a form; unknown fields are ignored."""
    values = {name: strip_control_characters(str(sent.get(name) or "")).strip() for name in _FIELDS}
    ticked = sent.getlist("question_fields")
    return OutcomeFormData(values, [one.name for one in rules.fields if one.name in ticked])
