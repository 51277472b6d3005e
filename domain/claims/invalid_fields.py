"""The missing and malformed fields of a claim, all of them at once (R22, R23)."""

from collections.abc import Mapping

from domain.claims.claim import TicketClaim, required_contact_fields
from domain.claims.claim_context import ClaimContext
from domain.values.email_addresses import requires_smtputf8


def find_invalid_fields(context: ClaimContext) -> dict[str, str]:
    """Return every invalid field with the code of what was expected."""
    return {
        **context.problems,
        **_missing_fields(context),
        **_unreachable_fields(context),
        **context.form.problems,
        **_conflicting_fields(context),
    }


def find_missing_basics(claim: TicketClaim, problems: Mapping[str, str]) -> dict[str, str]:
    """Return the missing fields that every claim needs, for any partner and kind."""
    needed: dict[str, object] = {
        "partner_id": claim.partner_id,
        "kind": claim.kind,
        "account_id": claim.account_id,
    }
    return _required(needed | required_contact_fields(claim), problems)


def _missing_fields(context: ClaimContext) -> dict[str, str]:
    claim = context.claim
    needed: dict[str, object] = {"account_id": claim.account_id}
    if context.number is None:
        needed |= required_contact_fields(claim)
    if context.kind.is_missing:
        needed |= {"link_id": claim.link_id, "ordered_on": context.ordered_on}
    else:
        needed["reward_id"] = claim.reward_id
    return _required(needed, context.problems)


def _required(needed: Mapping[str, object], problems: Mapping[str, str]) -> dict[str, str]:
    malformed = {path.partition(".")[0] for path in problems}
    missing = [name for name, value in needed.items() if not value]
    return {name: "required" for name in missing if name.partition(".")[0] not in malformed}


def _unreachable_fields(context: ClaimContext) -> dict[str, str]:
    """Refuse an e-mail address that the mail server cannot send to."""
    email = context.claim.contact.email if context.claim.contact else None
    is_beyond = email and requires_smtputf8(email) and not context.facts.supports_smtputf8
    return {"contact.email": "unreachable_email"} if is_beyond else {}


def _conflicting_fields(context: ClaimContext) -> dict[str, str]:
    if not context.names_another_order:
        return {}
    return {context.partner.order_number_fields(context.kind)[0].name: "another_order"}
