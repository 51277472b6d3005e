"""The digest by which two claims under one request key are told apart."""

from collections.abc import Mapping
from typing import Any

from domain.claim import Contact, TicketClaim
from domain.reading import digest


def claim_digest(content: object) -> str:
    """Return the digest (SHA-256, hex) of what was understood of a claim: known fields that are not
    null.

    A field that an intermediary adds, or writes as null, makes no other claim of it.
    """
    if not isinstance(content, Mapping):
        return digest(content)
    known = _set(content, TicketClaim.model_fields)
    contact, answers = known.get("contact"), known.get("answers")
    if isinstance(contact, Mapping):
        known["contact"] = _set(contact, Contact.model_fields)
    if isinstance(answers, Mapping):
        known["answers"] = _set(answers, answers)
    return digest({name: value for name, value in known.items() if value != {}})


def _set(content: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in names if content.get(name) is not None}
