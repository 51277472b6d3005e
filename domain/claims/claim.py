"""A claim as it is submitted (R1-R3, R11)."""

from typing import Annotated, Any, Final

from pydantic import Field

from domain.partners.claim_kind import ClaimKind
from domain.values.dates import CalendarDate, UtcDatetime
from domain.values.email_addresses import EmailAddress
from domain.values.person_names import LanguageTag, PersonName
from domain.values.types import FrozenModel, Identifier

MAX_FORM_ANSWERS: Final = 50
"""No form has as many fields; a claim with more answers is not parsed further."""


class Contact(FrozenModel):
    """The member's contact data. Only a bad address makes a claim incomplete."""

    email: EmailAddress | None = None
    name: PersonName = ""
    language: LanguageTag = None


class TicketClaim(FrozenModel):
    """The workflow's input. Missing and malformed fields are `None`; errors are separate."""

    account_id: Identifier | None = None
    contact: Contact | None = None
    kind: ClaimKind | None = None
    partner_id: Identifier | None = None
    link_id: Identifier | None = None
    reward_id: Identifier | None = None
    ordered_on: CalendarDate | None = None
    ordered_at: UtcDatetime | None = None
    answers: Annotated[dict[str, Any], Field(max_length=MAX_FORM_ANSWERS)] = {}


def required_contact_fields(claim: TicketClaim) -> dict[str, object]:
    """Return the contact fields that every claim needs, with their values."""
    contact = claim.contact
    return {"contact": contact, "contact.email": contact is None or contact.email}
