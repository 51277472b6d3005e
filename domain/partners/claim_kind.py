"""The kinds of claims (R11)."""

from enum import StrEnum


class ClaimKind(StrEnum):
    """R11: what a ticket can claim."""

    MISSING_CASHBACK = "missing_cashback"
    MISSING_REFERRAL_REWARD = "missing_referral_reward"
    REJECTED_REWARD = "rejected_reward"

    @property
    def is_missing(self) -> bool:
        """Whether the claimed reward never appeared."""
        return self is not ClaimKind.REJECTED_REWARD
