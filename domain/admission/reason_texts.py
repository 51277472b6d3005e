"""The reasons of a refusal in the member's language."""

from collections.abc import Mapping
from typing import Final, Protocol

from domain.admission.admission import Admission, CodedReason
from domain.admission.assessed_claim import AssessedClaim
from domain.admission.refusal_emails import field_params
from domain.codes import RefusalCode
from domain.partners.rules import PartnerRules

_SUPPORT_CONTACT_CODES: Final = frozenset({RefusalCode.REWARD_GRANTED, RefusalCode.REWARD_INVALID})


class ReasonTexts(Protocol):
    """Renders codes as texts."""

    def render_reason(
        self, language: str, code: str, field: str | None, params: Mapping[str, object], /
    ) -> str:
        """Return the text for a reason's `code` in `language`."""


def render_reasons(
    assessed: AssessedClaim, rules: PartnerRules | None, texts: ReasonTexts
) -> tuple[CodedReason, ...]:
    """Return the reasons of an assessed claim with their texts."""
    assessment, language = assessed.assessment, assessed.language
    opens, last_day = assessment.available_from, assessment.last_day
    dates = {
        "available_from": opens.isoformat() if opens else None,
        "last_day": last_day.isoformat() if last_day else None,
        "existing_ticket": assessment.existing_ticket,
    }
    rendered = []
    for reason in assessment.reasons:
        shown = field_params(reason.field, rules, language)
        params = {"expected": reason.expected or "unclear", **shown, **dates}
        message = texts.render_reason(language, reason.code, reason.field, params)
        rendered.append(CodedReason(code=reason.code, field=reason.field, message=message))
    return tuple(rendered)


def with_support_contact(admission: Admission, support_email: str) -> Admission:
    """Add the address of customer service if the member needs it (R4-R6)."""
    codes = {reason.code for reason in admission.result.reasons}
    if not codes & _SUPPORT_CONTACT_CODES:
        return admission
    result = admission.result.model_copy(update={"contact": support_email})
    return admission.model_copy(update={"result": result})
