"""Links and rewards of the platform, and how a reward is matched with an order."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from domain.partners.claim_kind import ClaimKind
from domain.values.dates import UtcDatetime
from domain.values.money import Money
from domain.values.order_key import normalize_order_number
from domain.values.types import FrozenModel, Identifier, LongText

SURROGATE_ORDER_PREFIXES: Final = ("link:", "reward:")
"""Prefixes of order keys that replace an unknown order number."""


class LinkKind(StrEnum):
    """What a link, and the reward that it earns, is for (R12-R14)."""

    CASHBACK = "cashback"
    REFERRAL = "referral"


LINK_KIND: Final = {
    ClaimKind.MISSING_CASHBACK: LinkKind.CASHBACK,
    ClaimKind.MISSING_REFERRAL_REWARD: LinkKind.REFERRAL,
}


class RewardState(StrEnum):
    """The state of a reward on the platform."""

    REGISTERED = "registered"
    REJECTED = "rejected"
    GRANTED = "granted"
    INVALID = "invalid"


REWARD_STATE_PRECEDENCE: Final = {
    RewardState.GRANTED: 0,
    RewardState.INVALID: 1,
    RewardState.REGISTERED: 2,
    RewardState.REJECTED: 3,
}
"""Of several rewards for an order, the most restrictive state decides."""


class Link(FrozenModel):
    """A link registered on an account, as the platform's feed reports it (R10)."""

    link_id: Identifier
    version: Annotated[int, Field(ge=0)]
    account_id: Identifier
    partner_id: Identifier
    kind: LinkKind
    clicked_at: UtcDatetime
    promised_reward: Money | None = None


class Reward(FrozenModel):
    """A reward of an account, as the platform's feed reports it."""

    reward_id: Identifier
    version: Annotated[int, Field(ge=0)]
    account_id: Identifier
    partner_id: Identifier
    link_id: Identifier | None = None
    kind: LinkKind
    order_number: LongText | None = None
    state: RewardState
    amount: Money | None = None
    changed_at: UtcDatetime
    granted_by_ticket: str | None = None

    @property
    def order_key(self) -> str | None:
        """The reward's order number, normalized for comparison."""
        return normalize_order_number(self.order_number) if self.order_number else None


def matches_order(reward: Reward, order: str | None, link_id: str | None) -> bool:
    """Return whether `reward` is for the order.

    If either side has no order number, the link decides: it is better to ask a person than to pay
    twice.
    """
    number = real_order_number(order)
    if number and reward.order_key:
        return number == reward.order_key
    return reward.link_id is not None and reward.link_id == link_id


def real_order_number(order: str | None) -> str | None:
    """Return an order key that is an order number, `None` for a surrogate."""
    return order if order and not order.startswith(SURROGATE_ORDER_PREFIXES) else None
