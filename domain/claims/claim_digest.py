"""The digest that distinguishes two claims under one request key."""

from collections.abc import Container, Mapping

from domain.claims.claim import Contact, TicketClaim
from domain.values.json_text import content_digest
from domain.values.text_cleaning import clean_text


def claim_digest(content: object) -> str:
    """Return the digest (SHA-256, hex) of a claim's known, non-empty fields, with texts cleaned.

    Unknown fields, nulls, other kinds of dashes and trailing spaces do not change it.
    """
    known = normalize_content(content)
    if isinstance(known, dict):
        known = _select(known, TicketClaim.model_fields)
        if isinstance(contact := known.get("contact"), dict):
            known["contact"] = _select(contact, Contact.model_fields)
    return content_digest(known)


def normalize_content(content: object) -> object:
    """Return JSON with cleaned texts and without empty fields."""
    if isinstance(content, str):
        return clean_text(content)
    if isinstance(content, Mapping):
        fields = {name: normalize_content(value) for name, value in content.items()}
        return {name: value for name, value in fields.items() if value not in (None, "", {})}
    return [normalize_content(value) for value in content] if isinstance(content, list) else content


def _select(content: Mapping[str, object], names: Container[str]) -> dict[str, object]:
    return {name: value for name, value in content.items() if name in names}
