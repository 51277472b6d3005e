"""How many claims there may be: per link, per account and per partner, open and in a day.

Whoever may file without end is paid without end by a partner that confirms all, and finds out by
trying what an account has.
"""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from domain.values.types import FrozenModel

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class ClaimLimits(FrozenModel):
    """The table `limits` of a partner's file. A day is one of the partner's market; a claim is open
    until its ticket has ended.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    open_per_link: Count = 10
    open_per_account: Count = 20
    accepted_per_account_per_day: Count = 10
    refused_per_account_per_day: Count = 50
    accepted_per_day: Count = 1000


class ClaimCounts(FrozenModel):
    """What an account has at a partner, and the partner has in all, at this moment.

    `open_by_link` has the open claims of one link, "" for those without one. Claims that were
    refused do not count as such where they repeat a standing one, or come when there are too many.
    """

    open_by_link: dict[str, int] = {}
    accepted_today: int = 0
    refused_today: int = 0
    accepted_by_partner_today: int = 0


class FactsQuery(FrozenModel):
    """By which facts a claim is judged: whose, of which link, under which key (R25), and on which
    day of the partner's market; none where there is no such partner.
    """

    account_id: str
    partner_id: str
    key: str
    day: date | None = None
    accepted_per_day: int = 0


def has_too_many_refusals(limits: ClaimLimits, claim_counts: ClaimCounts) -> bool:
    """Say whether an account was refused so often today that nothing more is found out for it."""
    return claim_counts.refused_today >= limits.refused_per_account_per_day


def exceeds_limits(limits: ClaimLimits, claim_counts: ClaimCounts, link_id: str | None) -> bool:
    """Say whether one claim more, for this link, is one too many."""
    return (
        claim_counts.open_by_link.get(link_id or "", 0) >= limits.open_per_link
        or sum(claim_counts.open_by_link.values()) >= limits.open_per_account
        or claim_counts.accepted_today >= limits.accepted_per_account_per_day
        or claim_counts.accepted_by_partner_today >= limits.accepted_per_day
    )
