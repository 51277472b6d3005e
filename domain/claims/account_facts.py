"""The facts by which a claim is assessed."""

from domain.claims.rewards import Link, LinkKind, Reward
from domain.partners.claim_limits import ClaimCounts
from domain.values.dates import CalendarDate
from domain.values.types import FrozenModel


class Grant(FrozenModel):
    """A reward that a ticket granted, and the order that the ticket is about."""

    number: str
    reward_kind: LinkKind
    order_key: str
    link_id: str | None = None
    reward_id: str | None = None
    ordered_on: CalendarDate | None = None


class AccountFacts(FrozenModel):
    """The account's links, rewards and grants at the partner.

    `links` also contains other accounts' links that the account's rewards refer to. Only settlement
    loads other accounts' grants and, in `rewards_of_others`, their rewards for the same order; no
    earlier answer may reveal them.
    """

    links: tuple[Link, ...] = ()
    rewards: tuple[Reward, ...] = ()
    existing_ticket: str | None = None
    supports_smtputf8: bool = True
    """Whether the mail server accepts addresses with non-ASCII local parts (RFC 6531)."""
    grants: tuple[Grant, ...] = ()
    rewards_of_others: tuple[Reward, ...] = ()
    claim_counts: ClaimCounts = ClaimCounts()
