"""Which rejected rewards an account may contest."""

from datetime import datetime

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink, close
from domain.claims.eligibility.entitlement import find_objection
from domain.claims.forms import ValidatedForm
from domain.claims.rewards import Link, Reward
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.claim_windows import last_claim_day


def assess_reward(
    reward: Reward, history: AccountHistory, partner: PartnerRules, now: datetime
) -> ClaimableLink:
    """Return a rejected reward with the answer that a claim contesting it would get."""
    claimable = _with_dates(reward, _link_of(reward, history), partner)
    if ClaimKind.REJECTED_REWARD not in partner.kinds:
        return close(claimable, RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    if code := _find_reward_objection(reward, history, partner, now):
        return close(claimable, code)
    if claimable.last_day and partner.market.date_of(now) > claimable.last_day:
        return close(claimable, ClaimRefusal.TOO_LATE)
    if existing := history.contesting_tickets.get(reward.reward_id):
        duplicate = close(claimable, RefusalCode.DUPLICATE)
        return duplicate.model_copy(update={"existing_ticket": existing})
    return claimable


def _link_of(reward: Reward, history: AccountHistory) -> Link | None:
    origin = (reward.partner_id, reward.link_id, reward.kind)
    links = (one for one in history.links if (one.partner_id, one.link_id, one.kind) == origin)
    return next(links, None)


def _find_reward_objection(
    reward: Reward, history: AccountHistory, partner: PartnerRules, now: datetime
) -> str | None:
    """Return the objection by the facts, regardless of the claim's form."""
    kind = ClaimKind.REJECTED_REWARD
    claim = TicketClaim(account_id=reward.account_id, kind=kind, reward_id=reward.reward_id)
    rewards = tuple(one for one in history.rewards if one.partner_id == partner.id)
    facts = AccountFacts(links=history.links, rewards=rewards)
    return find_objection(ClaimContext(claim, kind, partner, facts, now, {}, ValidatedForm()))


def _with_dates(reward: Reward, link: Link | None, partner: PartnerRules) -> ClaimableLink:
    rejected_on = partner.market.date_of(reward.changed_at)
    return ClaimableLink(
        status="open",
        partner_id=partner.id,
        partner_name=partner.name,
        kind=reward.kind,
        link_id=link.link_id if link else None,
        clicked_on=partner.market.date_of(link.clicked_at) if link else None,
        reward_id=reward.reward_id,
        order_number=reward.order_number,
        reward_changed_on=rejected_on,
        amount=reward.amount,
        last_day=last_claim_day(rejected_on, partner.claim_window),
    )
