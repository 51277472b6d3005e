"""The digest by which two claims under one request key are told apart."""

from collections.abc import Container, Mapping
from typing import Any

from domain.claims.claim import Contact, TicketClaim
from domain.values.json_text import content_digest
from domain.values.text_cleaning import clean_text


def claim_digest(content: object) -> str:
    """Return the digest (SHA-256, hex) of what was understood of a claim: known fields that are not
    null, cleaned.

    A field that an intermediary adds, or writes as null, makes no other claim of it; nor does a
    dash of another kind, or a space at the end.
    """
    known = normalize_content(content)
    if isinstance(known, dict):
        known = _named(known, TicketClaim.model_fields)
        if isinstance(contact := known.get("contact"), dict):
            known["contact"] = _named(contact, Contact.model_fields)
    return content_digest(known)


def normalize_content(content: Any) -> Any:
    """Return JSON with its words cleaned, and without the fields that say nothing."""
    if isinstance(content, str):
        return clean_text(content)
    if isinstance(content, Mapping):
        told = {name: normalize_content(value) for name, value in content.items()}
        return {name: value for name, value in told.items() if value not in (None, "", {})}
    return [normalize_content(value) for value in content] if isinstance(content, list) else content


def _named(content: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name in names}
