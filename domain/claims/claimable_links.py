"""What an account may claim: its links, each with its dates (R10, R15, R16); for a contest, its
rejected rewards.

A link does not know its order. It says what holds for every order that it can be for, so that
nothing is shown as impossible that filing would accept for another order of the same link.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from domain.claims.claim import (
    LINK_KIND,
    AccountFacts,
    Link,
    LinkKind,
    Reward,
    RewardState,
    TicketClaim,
    matches_order,
)
from domain.claims.claim_context import REWARD_STATE_PRECEDENCE, ClaimContext, build_duplicate_key
from domain.claims.entitlement import BLOCKING_REWARD_REASONS, find_objection
from domain.claims.forms import ValidatedForm
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.claim_limits import ClaimCounts, exceeds_limits, has_too_many_refusals
from domain.partners.rules import PartnerRules
from domain.values import claim_windows, periods
from domain.values.money import Money
from domain.values.types import FrozenModel

ClaimableStatus = Literal["open", "held", "not_yet", "closed"]


class ClaimableLink(FrozenModel):
    """A link to choose, or a rejected reward with the link that it came from.

    `status`: `open` may be claimed now; `held` may be filed and is sent at `available_from`;
    `not_yet` may be claimed from then on; `closed` never. `reason` is the code that filing answers.
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
    """The day on which the reward came to where it stands: was rejected, registered or granted."""
    amount: Money | None = None
    """Promised for the link, or that of the rejected reward."""
    orders_from: date | None = None
    """The day of the oldest order that may still be claimed with this link."""
    available_from: datetime | None = None
    """When an order made with the click may be claimed, on the market's clock; later orders later.
    Where an order's day alone is known, its delay counts from the end of that day.
    """
    last_day: date | None = None
    """The last day for an order of the click's day; for a rejected reward, the last day; for a link
    that is too late, the last day for its last order.
    """
    existing_ticket: str | None = None


class AccountHistory(FrozenModel):
    """An account's links and rewards at all partners, and its tickets that contest a reward, by the
    reward.
    """

    links: tuple[Link, ...] = ()
    rewards: tuple[Reward, ...] = ()
    contesting_tickets: dict[str, str] = {}
    claim_counts: dict[str, ClaimCounts] = {}
    """By the partner: what the account has open, and what was filed today."""


def market_dates(partners: Mapping[str, PartnerRules], now: datetime) -> dict[str, date]:
    """Return the day of `now` in each partner's market."""
    return {partner_id: _day(now, partner) for partner_id, partner in partners.items()}


def contest_duplicate_keys(known: AccountHistory) -> list[str]:
    """Return the keys under which tickets stand that contest one of the rewards (R25)."""
    kind = ClaimKind.REJECTED_REWARD
    return [
        build_duplicate_key(one.account_id, kind, one.partner_id, f"reward:{one.reward_id}")
        for one in known.rewards
        if one.state is RewardState.REJECTED
    ]


def list_claimable(
    kind: ClaimKind, known: AccountHistory, partners: Mapping[str, PartnerRules], now: datetime
) -> tuple[ClaimableLink, ...]:
    """Return what there is to choose for a claim of `kind`, the newest first.

    What leads to a partner that has no file is left out: nothing is known of it, not its name.
    """
    if kind.is_missing:
        return tuple(_links(kind, known, partners, now))
    rejected = [reward for reward in known.rewards if reward.state is RewardState.REJECTED]
    return tuple(
        _within_limits(_reward(reward, known, partner, now), known, partner, now)
        for reward in sorted(rejected, key=lambda one: one.changed_at, reverse=True)
        if (partner := partners.get(reward.partner_id))
    )


def _links(
    kind: ClaimKind, known: AccountHistory, partners: Mapping[str, PartnerRules], now: datetime
) -> Iterable[ClaimableLink]:
    of_kind = [link for link in known.links if link.kind == LINK_KIND[kind]]
    newest_first = sorted(of_kind, key=lambda one: one.clicked_at, reverse=True)
    later: dict[str, Link] = {}
    for link in newest_first:
        if partner := partners.get(link.partner_id):
            choice = _link(kind, link, later.get(partner.id), known.rewards, partner, now)
            yield _within_limits(choice, known, partner, now)
            later[partner.id] = link


def _link(
    kind: ClaimKind,
    link: Link,
    later: Link | None,
    rewards: Sequence[Reward],
    partner: PartnerRules,
    now: datetime,
) -> ClaimableLink:
    choice, today = _dated(link, partner, now), _day(now, partner)
    if kind not in partner.kinds:
        return _closed(choice, RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    if reward := _whatever_the_order(kind, link, rewards, partner):
        changed_on = _day(reward.changed_at, partner)
        return _closed(choice, BLOCKING_REWARD_REASONS[reward.state], reward_changed_on=changed_on)
    last_day = _last_day_of_all(link, later, partner)
    if last_day and today > last_day:
        return _closed(choice, ClaimRefusal.TOO_LATE, last_day=last_day)
    if choice.status == "held" and partner.early_claims == "refuse":
        return choice.model_copy(update={"status": "not_yet", "reason": "too_early"})
    return choice


def _dated(link: Link, partner: PartnerRules, now: datetime) -> ClaimableLink:
    clicked_on, window, zone = (
        _day(link.clicked_at, partner),
        partner.claim_window,
        partner.market.zone,
    )
    opens = claim_windows.claimable_from(
        clicked_on, link.clicked_at, partner.registration_delay, zone
    ).astimezone(zone)
    return ClaimableLink(
        status="open" if now >= opens else "held",
        partner_id=partner.id,
        partner_name=partner.name,
        kind=link.kind,
        link_id=link.link_id,
        clicked_on=clicked_on,
        amount=link.promised_reward,
        orders_from=max(clicked_on, claim_windows.first_order_day(_day(now, partner), window)),
        available_from=opens,
        last_day=claim_windows.last_claim_day(clicked_on, window),
    )


def _last_day_of_all(link: Link, later: Link | None, partner: PartnerRules) -> date | None:
    """Return the last day for the last order that a link can be for, where there is one.

    A member's own order belongs to the newest link clicked before it: the next click ends the
    former. A friend's order belongs to that friend's click, and another click ends nothing.
    """
    if later is None or link.kind is not LinkKind.CASHBACK:
        return None
    return claim_windows.last_claim_day(_day(later.clicked_at, partner), partner.claim_window)


def _whatever_the_order(
    kind: ClaimKind, link: Link, rewards: Sequence[Reward], partner: PartnerRules
) -> Reward | None:
    """Return the reward that stands in the way of every order of this link."""
    names_orders = any(field.is_order_number for field in partner.form(kind))
    found = [
        reward
        for reward in rewards
        if (reward.partner_id, reward.kind) == (link.partner_id, link.kind)
        and reward.state in BLOCKING_REWARD_REASONS
        and matches_order(reward, None, link.link_id)
        and not (names_orders and reward.order_key)
    ]
    return min(found, key=lambda one: REWARD_STATE_PRECEDENCE[one.state], default=None)


def _reward(
    reward: Reward, known: AccountHistory, partner: PartnerRules, now: datetime
) -> ClaimableLink:
    links = [link for link in known.links if link.partner_id == partner.id]
    choice = _contest(reward, links, partner)
    if ClaimKind.REJECTED_REWARD not in partner.kinds:
        return _closed(choice, RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    if code := _against(reward, known, partner, now):
        return _closed(choice, code)
    if choice.last_day and _day(now, partner) > choice.last_day:
        return _closed(choice, ClaimRefusal.TOO_LATE)
    if existing := known.contesting_tickets.get(reward.reward_id):
        return _closed(choice, RefusalCode.DUPLICATE, existing_ticket=existing)
    return choice


def _against(
    reward: Reward, known: AccountHistory, partner: PartnerRules, now: datetime
) -> str | None:
    """Return what the facts say against contesting a reward, whatever its form will say."""
    kind = ClaimKind.REJECTED_REWARD
    claim = TicketClaim(account_id=reward.account_id, kind=kind, reward_id=reward.reward_id)
    rewards = tuple(one for one in known.rewards if one.partner_id == partner.id)
    facts = AccountFacts(links=known.links, rewards=rewards)
    return find_objection(ClaimContext(claim, kind, partner, facts, now, {}, ValidatedForm()))


def _contest(reward: Reward, links: Sequence[Link], partner: PartnerRules) -> ClaimableLink:
    fitting = (one for one in links if (one.link_id, one.kind) == (reward.link_id, reward.kind))
    link, rejected_on = next(fitting, None), _day(reward.changed_at, partner)
    return ClaimableLink(
        status="open",
        partner_id=partner.id,
        partner_name=partner.name,
        kind=reward.kind,
        link_id=link.link_id if link else None,
        clicked_on=_day(link.clicked_at, partner) if link else None,
        reward_id=reward.reward_id,
        order_number=reward.order_number,
        reward_changed_on=rejected_on,
        amount=reward.amount,
        last_day=claim_windows.last_claim_day(rejected_on, partner.claim_window),
    )


def _within_limits(
    choice: ClaimableLink, known: AccountHistory, partner: PartnerRules, now: datetime
) -> ClaimableLink:
    """What could be filed, but for too many claims, may be filed tomorrow."""
    claim_counts = known.claim_counts.get(partner.id, ClaimCounts())
    often = has_too_many_refusals(partner.limits, claim_counts)
    full = often or exceeds_limits(partner.limits, claim_counts, choice.link_id)
    if choice.status == "closed" or not full:
        return choice
    zone = partner.market.zone
    tomorrow = periods.end_of_day(_day(now, partner), zone).astimezone(zone)
    told = {"status": "not_yet", "reason": "too_many_claims", "available_from": tomorrow}
    return choice.model_copy(update=told)


def _closed(choice: ClaimableLink, reason: str, **more: object) -> ClaimableLink:
    return choice.model_copy(update={"status": "closed", "reason": reason, **more})


def _day(moment: datetime, partner: PartnerRules) -> date:
    return moment.astimezone(partner.market.zone).date()
