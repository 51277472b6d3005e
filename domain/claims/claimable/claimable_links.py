"""What an account may claim: links with their dates (R10, R15, R16), or rejected rewards."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.contestable_rewards import assess_reward
from domain.claims.claimable.missing_rewards import assess_links
from domain.claims.duplicate_key import build_duplicate_key
from domain.claims.rewards import RewardState
from domain.codes import ClaimRefusal
from domain.partners.claim_kind import ClaimKind
from domain.partners.claim_limits import ClaimCounts, exceeds_limits, has_too_many_refusals
from domain.partners.rules import PartnerRules
from domain.values.periods import end_of_day


def market_dates(partners: Mapping[str, PartnerRules], now: datetime) -> dict[str, date]:
    """Return the current date in each partner's market."""
    return {partner_id: partner.market.date_of(now) for partner_id, partner in partners.items()}


def contest_duplicate_keys(history: AccountHistory) -> list[str]:
    """Return the duplicate keys (R25) of claims that contest one of the rewards."""
    kind = ClaimKind.REJECTED_REWARD
    return [
        build_duplicate_key(one.account_id, kind, one.partner_id, f"reward:{one.reward_id}")
        for one in history.rewards
        if one.state is RewardState.REJECTED
    ]


def list_claimable(
    kind: ClaimKind, history: AccountHistory, partners: Mapping[str, PartnerRules], now: datetime
) -> tuple[ClaimableLink, ...]:
    """Return what a claim of `kind` can choose from, newest first.

    Links and rewards of partners without a file are left out.
    """
    found = (
        list(assess_links(kind, history, partners, now))
        if kind.is_missing
        else _list_contestable(history, partners, now)
    )
    return tuple(_within_limits(one, history, partners[one.partner_id], now) for one in found)


def _list_contestable(
    history: AccountHistory, partners: Mapping[str, PartnerRules], now: datetime
) -> list[ClaimableLink]:
    rejected = [one for one in history.rewards if one.state is RewardState.REJECTED]
    return [
        assess_reward(reward, history, partner, now)
        for reward in sorted(rejected, key=lambda one: one.changed_at, reverse=True)
        if (partner := partners.get(reward.partner_id))
    ]


def _within_limits(
    claimable: ClaimableLink, history: AccountHistory, partner: PartnerRules, now: datetime
) -> ClaimableLink:
    """Postpone to tomorrow what only the limits on claims prevent."""
    counts = history.claim_counts.get(partner.id, ClaimCounts())
    too_many = has_too_many_refusals(partner.limits, counts) or exceeds_limits(
        partner.limits, counts, claimable.link_id
    )
    if claimable.status == "closed" or not too_many:
        return claimable
    zone = partner.market.zone
    return claimable.model_copy(
        update={
            "status": "not_yet",
            "reason": ClaimRefusal.TOO_MANY_CLAIMS,
            "available_from": end_of_day(partner.market.date_of(now), zone).astimezone(zone),
        }
    )
