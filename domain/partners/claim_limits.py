"""Limits on the number of claims: per link, per account and per partner, open and per day.

They bound what an account can earn from a partner that confirms everything, and what it can learn
by trying.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.values.types import FrozenModel, StrictModel

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class ClaimLimits(StrictModel):
    """The table `limits` of a partner's file.

    Days are the market's. A claim is open until its ticket has ended.
    """

    open_per_link: Count = 10
    open_per_account: Count = 20
    accepted_per_account_per_day: Count = 10
    refused_per_account_per_day: Count = 50
    accepted_per_day: Count = 1000


class ClaimCounts(FrozenModel):
    """An account's current claims at a partner, and the partner's claims of the day.

    The key "" in `open_by_link` counts claims without a link. `refused_today` leaves out claims
    refused as duplicates or because of the limits.
    """

    open_by_link: dict[str, int] = {}
    accepted_today: int = 0
    refused_today: int = 0
    accepted_by_partner_today: int = 0


class FactsQuery(FrozenModel):
    """Which facts a claim is assessed by: its account, partner and duplicate key (R25).

    `day` is the day of the partner's market, `None` for an unknown partner.
    """

    account_id: str
    partner_id: str
    key: str
    day: date | None = None
    accepted_per_day: int = 0


def has_too_many_refusals(limits: ClaimLimits, counts: ClaimCounts) -> bool:
    """Return whether the account has reached the day's limit of refused claims."""
    return counts.refused_today >= limits.refused_per_account_per_day


def exceeds_limits(limits: ClaimLimits, counts: ClaimCounts, link_id: str | None) -> bool:
    """Return whether one more claim, for this link, would exceed a limit."""
    return (
        counts.open_by_link.get(link_id or "", 0) >= limits.open_per_link
        or sum(counts.open_by_link.values()) >= limits.open_per_account
        or counts.accepted_today >= limits.accepted_per_account_per_day
        or counts.accepted_by_partner_today >= limits.accepted_per_day
    )
