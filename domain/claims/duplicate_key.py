"""The key that identifies claims for the same reward (R25)."""

from domain.partners.claim_kind import ClaimKind


def build_duplicate_key(account_id: str, kind: ClaimKind, partner_id: str, subject: str) -> str:
    """Return the key of a reward; `subject` is its order, its link and day, or its id."""
    return "|".join((account_id, kind, partner_id, subject))
