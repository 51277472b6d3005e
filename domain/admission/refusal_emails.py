"""The e-mail about a claim that was not accepted, sent if the answer came late."""

from datetime import datetime, timedelta
from typing import Final

from domain.admission.admission import Admission, AdmissionRequest
from domain.admission.assessed_claim import AssessedClaim
from domain.claims.claim import Contact
from domain.claims.claim_parsing import parse_claim
from domain.partners.rules import PartnerRules
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.values.json_text import parse_json

SYNCHRONOUS_ANSWER_LIMIT: Final = timedelta(seconds=10)
"""A later refusal is also sent by e-mail: its caller may be gone."""


def late_refusal_emails(
    admission: Admission, started_at: datetime, now: datetime
) -> tuple[OutgoingEmail, ...]:
    """Return the e-mails of a refusal that came too late for its caller."""
    return admission.emails if now - started_at > SYNCHRONOUS_ANSWER_LIMIT else ()


def contact_of_refused_claim(request: AdmissionRequest) -> Contact | None:
    """Return the recipient of a refusal; the database stores no personal data of refused claims."""
    claim = parse_claim(parse_json(request.claim.encode())).value
    return claim.contact if claim and claim.contact and claim.contact.email else None


def build_refusal_emails(
    assessed: AssessedClaim, partner: PartnerRules | None
) -> tuple[OutgoingEmail, ...]:
    """Return the refusal as an e-mail, if the claim has an address."""
    claim = assessed.claim
    if claim.contact is None or claim.contact.email is None:
        return ()
    name = partner.name if partner else claim.partner_id
    email = OutgoingEmail(
        key=f"1-{EmailKind.CLAIM_NOT_ACCEPTED}",
        kind=EmailKind.CLAIM_NOT_ACCEPTED,
        language=assessed.language,
        params={"partner_name": name or "", **_refusal_params(assessed, partner)},
    )
    return (email,)


def field_params(
    field: str | None, partner: PartnerRules | None, language: str
) -> dict[str, str | None]:
    """Return the label and the example of a form field, `None` for other fields."""
    if not partner or not field:
        return {"label": None, "example": None}
    return {"label": partner.label(field, language), "example": partner.example(field)}


def _refusal_params(assessed: AssessedClaim, partner: PartnerRules | None) -> dict[str, object]:
    assessment = assessed.assessment
    opens, last_day = assessment.available_from, assessment.last_day
    return {
        "reasons": [
            reason.model_dump() | field_params(reason.field, partner, assessed.language)
            for reason in assessment.reasons
        ],
        "available_from": opens.isoformat() if opens else None,
        "last_day": last_day.isoformat() if last_day else None,
        "existing_ticket": assessment.existing_ticket,
    }
