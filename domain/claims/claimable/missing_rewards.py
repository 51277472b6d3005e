"""Which links an account may claim a missing reward for.

A link does not know its order. So each answer holds for every order that the link can be for:
nothing appears impossible that filing would accept for another order of the same link.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink, close
from domain.claims.eligibility.entitlement import BLOCKING_REWARD_REASONS
from domain.claims.rewards import (
    LINK_KIND,
    REWARD_STATE_PRECEDENCE,
    Link,
    LinkKind,
    Reward,
    matches_order,
)
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.claim_windows import claimable_from, first_order_day, last_claim_day


@dataclass(frozen=True)
class _ClickedLink:
    """A link with the next later link of the account to the same partner."""

    link: Link
    later: Link | None
    partner: PartnerRules

    @property
    def clicked_on(self) -> date:
        return self.partner.market.date_of(self.link.clicked_at)

    @property
    def last_day(self) -> date | None:
        """The last day for the last order of the link, `None` while orders may still come.

        A member's own order belongs to the latest link clicked before it, so the next click ends
        the former. A friend's order belongs to the friend's click, which no other click ends.
        """
        if self.later is None or self.link.kind is not LinkKind.CASHBACK:
            return None
        ended_on = self.partner.market.date_of(self.later.clicked_at)
        return last_claim_day(ended_on, self.partner.claim_window)

    def find_blocking_reward(self, kind: ClaimKind, history: AccountHistory) -> Reward | None:
        """Return the reward that rules out every order of the link."""
        has_order_number = bool(self.partner.order_number_fields(kind))
        link = self.link
        found = [
            reward
            for reward in history.rewards
            if (reward.partner_id, reward.kind) == (link.partner_id, link.kind)
            and reward.state in BLOCKING_REWARD_REASONS
            and matches_order(reward, None, link.link_id)
            and not (has_order_number and reward.order_key)
        ]
        return min(found, key=lambda one: REWARD_STATE_PRECEDENCE[one.state], default=None)


def assess_links(
    kind: ClaimKind, history: AccountHistory, partners: Mapping[str, PartnerRules], now: datetime
) -> Iterator[ClaimableLink]:
    """Return the account's links for a claim of `kind`, newest first."""
    links = [link for link in history.links if link.kind == LINK_KIND[kind]]
    later: dict[str, Link] = {}
    for link in sorted(links, key=lambda one: one.clicked_at, reverse=True):
        if partner := partners.get(link.partner_id):
            clicked = _ClickedLink(link, later.get(partner.id), partner)
            yield _assess_link(kind, clicked, history, now)
            later[partner.id] = link


def _assess_link(
    kind: ClaimKind, clicked: _ClickedLink, history: AccountHistory, now: datetime
) -> ClaimableLink:
    claimable, partner = _with_dates(clicked, now), clicked.partner
    if kind not in partner.kinds:
        return close(claimable, RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    if reward := clicked.find_blocking_reward(kind, history):
        changed_on = partner.market.date_of(reward.changed_at)
        blocked = close(claimable, BLOCKING_REWARD_REASONS[reward.state])
        return blocked.model_copy(update={"reward_changed_on": changed_on})
    last_day = clicked.last_day
    if last_day and partner.market.date_of(now) > last_day:
        return close(claimable, ClaimRefusal.TOO_LATE).model_copy(update={"last_day": last_day})
    if claimable.status == "held" and partner.early_claims == "refuse":
        update = {"status": "not_yet", "reason": ClaimRefusal.TOO_EARLY}
        return claimable.model_copy(update=update)
    return claimable


def _with_dates(clicked: _ClickedLink, now: datetime) -> ClaimableLink:
    link, partner, clicked_on = clicked.link, clicked.partner, clicked.clicked_on
    window, zone = partner.claim_window, partner.market.zone
    opens = claimable_from(clicked_on, link.clicked_at, partner.registration_delay, zone)
    oldest = first_order_day(partner.market.date_of(now), window)
    return ClaimableLink(
        status="open" if now >= opens else "held",
        partner_id=partner.id,
        partner_name=partner.name,
        kind=link.kind,
        link_id=link.link_id,
        clicked_on=clicked_on,
        amount=link.promised_reward,
        orders_from=max(clicked_on, oldest),
        available_from=opens.astimezone(zone),
        last_day=last_claim_day(clicked_on, window),
    )
