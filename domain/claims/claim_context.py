"""A claim together with its partner's rules and the known facts, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.claims.account_facts import AccountFacts, Grant
from domain.claims.claim import TicketClaim
from domain.claims.duplicate_key import build_duplicate_key
from domain.claims.forms import ValidatedForm
from domain.claims.rewards import (
    LINK_KIND,
    Link,
    LinkKind,
    Reward,
    matches_order,
    real_order_number,
)
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values import claim_windows, periods


@dataclass(frozen=True)
class ClaimContext:
    """The input of all checks. `number` is the claim's own ticket, once it has one."""

    claim: TicketClaim
    kind: ClaimKind
    partner: PartnerRules
    facts: AccountFacts
    now: datetime
    problems: Mapping[str, str]
    form: ValidatedForm
    number: str | None = None

    @property
    def ordered_on(self) -> date | None:
        """The date of the order on the market's calendar."""
        at = self.claim.ordered_at
        return self.partner.market.date_of(at) if at else self.claim.ordered_on

    @property
    def today(self) -> date:
        """The date of `now` on the market's calendar."""
        return self.partner.market.date_of(self.now)

    @property
    def tomorrow(self) -> datetime:
        """The instant at which `today` ends in the market."""
        zone = self.partner.market.zone
        return periods.end_of_day(self.today, zone).astimezone(zone)

    @property
    def contested_reward(self) -> Reward | None:
        """The account's reward that the claim contests; `None` for a missing reward."""
        if self.kind.is_missing:
            return None
        reward_id = self.claim.reward_id
        return next((r for r in self.facts.rewards if r.reward_id == reward_id), None)

    @property
    def reward_kind(self) -> LinkKind | None:
        """What the claimed reward is for; unknown if the contested reward is unknown."""
        contested = self.contested_reward
        return contested.kind if contested else LINK_KIND.get(self.kind)

    @property
    def order_number(self) -> str | None:
        """The normalized order number: the contested reward's or else the form's."""
        contested = self.contested_reward
        return (contested.order_key if contested else None) or self.form.order_key

    @property
    def fallback_order_key(self) -> str:
        """The form's order number or, without one, a key of the link and the day."""
        return self.form.order_key or f"link:{self.claim.link_id}:{self.ordered_on}"

    @property
    def names_another_order(self) -> bool:
        """Whether the form and the contested reward name different orders."""
        contested = self.contested_reward
        known, named = contested.order_key if contested else None, self.form.order_key
        return bool(known and named and known != named)

    @property
    def links(self) -> tuple[Link, ...]:
        """The account's own links to the partner."""
        owner = (self.claim.account_id, self.partner.id)
        return tuple(x for x in self.facts.links if (x.account_id, x.partner_id) == owner)

    @property
    def chosen_link_id(self) -> str | None:
        """The id of the link that the claim chose, or that the contested reward came from."""
        contested = self.contested_reward
        return self.claim.link_id or (contested.link_id if contested else None)

    @property
    def link(self) -> Link | None:
        """The account's link with `chosen_link_id`."""
        return next((link for link in self.links if link.link_id == self.chosen_link_id), None)

    @property
    def rewards(self) -> tuple[Reward, ...]:
        """The account's rewards for the order, except the contested one."""
        return tuple(r for r in self.facts.rewards if self._is_for_order(r))

    @property
    def rewards_of_others(self) -> tuple[Reward, ...]:
        """Other accounts' rewards for the order, and the contested one if it is now theirs."""
        contested = self.claim.reward_id
        return tuple(
            r
            for r in self.facts.rewards_of_others
            if (contested and r.reward_id == contested) or self._is_for_order(r)
        )

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The rewards that other tickets granted for the order."""
        return tuple(g for g in self.facts.grants if self._is_grant_for_order(g))

    def _is_for_order(self, reward: Reward) -> bool:
        is_own_grant = bool(self.number) and reward.granted_by_ticket == self.number
        if is_own_grant or reward.reward_id == self.claim.reward_id:
            return False
        is_of_kind = reward.kind == self.reward_kind
        return is_of_kind and matches_order(reward, self.order_number, self.chosen_link_id)

    def _is_grant_for_order(self, grant: Grant) -> bool:
        """As `matches_order`; the link and the day distinguish orders without a number."""
        is_known = grant.number in (self.number, self.facts.existing_ticket)
        if is_known or grant.reward_kind != self.reward_kind:
            return False
        if grant.reward_id and grant.reward_id == self.claim.reward_id:
            return True
        granted, claimed = real_order_number(grant.order_key), self.order_number
        if granted and claimed:
            return granted == claimed
        if not grant.link_id or grant.link_id != self.chosen_link_id:
            return False
        by_day = self.kind.is_missing and not (granted or claimed or grant.reward_id)
        return not by_day or grant.ordered_on == self.ordered_on

    @property
    def claimable_from(self) -> datetime | None:
        """The instant from which the claim may be filed; only missing rewards wait (R7-R9)."""
        if not self.kind.is_missing or not self.ordered_on:
            return None
        delay, zone = self.partner.registration_delay, self.partner.market.zone
        return claim_windows.claimable_from(self.ordered_on, self.claim.ordered_at, delay, zone)

    @property
    def last_day(self) -> date | None:
        """The last day for this claim; for a contested reward it counts from the rejection."""
        contested = self.contested_reward
        start = self.partner.market.date_of(contested.changed_at) if contested else self.ordered_on
        return claim_windows.last_claim_day(start, self.partner.claim_window) if start else None

    @property
    def duplicate_key(self) -> str:
        """The key of the claimed reward (R25)."""
        is_missing = self.kind.is_missing
        subject = self.fallback_order_key if is_missing else f"reward:{self.claim.reward_id}"
        return build_duplicate_key(str(self.claim.account_id), self.kind, self.partner.id, subject)
