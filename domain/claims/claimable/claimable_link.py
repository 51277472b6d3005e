"""What the member can choose from: links and rejected rewards."""

from datetime import date, datetime
from typing import Literal

from domain.claims.rewards import Link, LinkKind, Reward
from domain.partners.claim_limits import ClaimCounts
from domain.values.money import Money
from domain.values.types import FrozenModel

ClaimableStatus = Literal["open", "held", "not_yet", "closed"]


class ClaimableLink(FrozenModel):
    """A link, or a rejected reward with the link that it came from.

    `status`: `open` may be claimed now; `held` may be filed and is sent at `available_from`;
    `not_yet` may be claimed from then on; `closed` never. `reason` is the code of the refusal.
    """

    status: ClaimableStatus
    reason: str | None = None
    partner_id: str
    partner_name: str
    kind: LinkKind
    link_id: str | None = None
    clicked_on: date | None = None
    reward_id: str | None = None
    order_number: str | None = None
    reward_changed_on: date | None = None
    """The day on which the reward reached its state: rejected, registered or granted."""
    amount: Money | None = None
    """Promised for the link, or that of the rejected reward."""
    orders_from: date | None = None
    """The day of the oldest order that may still be claimed with this link."""
    available_from: datetime | None = None
    """When an order placed with the click may be claimed, in the market's time zone.

    If only the day of an order is known, the waiting period counts from the end of that day.
    """
    last_day: date | None = None
    """The last day for an order of the click's day, or for contesting the reward.

    For a link that is too late: the last day for its last order.
    """
    existing_ticket: str | None = None


class AccountHistory(FrozenModel):
    """An account's links and rewards at all partners.

    `contesting_tickets` maps rewards to the tickets that contest them; `claim_counts` maps partners
    to the account's open claims and those of the day.
    """

    links: tuple[Link, ...] = ()
    rewards: tuple[Reward, ...] = ()
    contesting_tickets: dict[str, str] = {}
    claim_counts: dict[str, ClaimCounts] = {}


def close(claimable: ClaimableLink, reason: str) -> ClaimableLink:
    """Return `claimable` with the reason why it can never be claimed."""
    return claimable.model_copy(update={"status": "closed", "reason": reason})
