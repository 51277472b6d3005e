"""A claim's case: the claim beside its partner's rules and the known facts, and what follows from
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.claims.claim import (
    LINK_KIND,
    AccountFacts,
    Grant,
    Link,
    LinkKind,
    Reward,
    RewardState,
    TicketClaim,
    matches_order,
    real_order_number,
    required_contact_fields,
)
from domain.claims.forms import ValidatedForm
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values import claim_windows, periods
from domain.values.email_addresses import requires_smtputf8


@dataclass(frozen=True)
class ClaimContext:
    """All that the checks look at; `number` is the claim's own ticket, once it has one."""

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
        """The day of the order on the market's calendar."""
        at = self.claim.ordered_at
        return at.astimezone(self.partner.market.zone).date() if at else self.claim.ordered_on

    @property
    def reward_kind(self) -> LinkKind | None:
        """What the claimed reward is for; unknown while a contested reward is."""
        contested = self.contested_reward
        return contested.kind if contested else LINK_KIND.get(self.kind)

    @property
    def rewards(self) -> tuple[Reward, ...]:
        """Every reward of the account that is there for the order, the contested one apart."""
        return tuple(r for r in self.facts.rewards if self._is_for_the_order(r))

    @property
    def rewards_of_others(self) -> tuple[Reward, ...]:
        """Other accounts' rewards for the order, and the contested one if it is theirs by now."""
        contested = self.claim.reward_id
        return tuple(
            r
            for r in self.facts.rewards_of_others
            if (contested and r.reward_id == contested) or self._is_for_the_order(r)
        )

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What we granted for the order by other tickets."""
        return tuple(g for g in self.facts.grants if self._is_of_the_order(g))

    def _is_for_the_order(self, reward: Reward) -> bool:
        ours = bool(self.number) and reward.granted_by_ticket == self.number
        apart = not ours and reward.reward_id != self.claim.reward_id
        of_kind = reward.kind == self.reward_kind
        return apart and of_kind and matches_order(reward, self.order_number, self.chosen_link_id)

    def _is_of_the_order(self, grant: Grant) -> bool:
        """As `matches_order`; the link and the day distinguish orders without a number."""
        known = grant.number in (self.number, self.facts.existing_ticket)
        if known or grant.reward_kind != self.reward_kind:
            return False
        if grant.reward_id and grant.reward_id == self.claim.reward_id:
            return True
        told, named = real_order_number(grant.order_key), self.order_number
        if told and named:
            return told == named
        if not grant.link_id or grant.link_id != self.chosen_link_id:
            return False
        by_day = self.kind.is_missing and not (told or named or grant.reward_id)
        return not by_day or grant.ordered_on == self.ordered_on

    @property
    def order_number(self) -> str | None:
        """The order's number as numbers are compared: the contested reward's, or the form's."""
        contested = self.contested_reward
        return (contested.order_key if contested else None) or self.form.order_key

    @property
    def links(self) -> tuple[Link, ...]:
        """The links that are the account's, and lead to the partner."""
        whose = (self.claim.account_id, self.partner.id)
        return tuple(x for x in self.facts.links if (x.account_id, x.partner_id) == whose)

    @property
    def chosen_link_id(self) -> str | None:
        """The link that the claim chose, or that its rejected reward came from."""
        contested = self.contested_reward
        return self.claim.link_id or (contested.link_id if contested else None)

    @property
    def link(self) -> Link | None:
        """The account's link that the claim chose, or that its rejected reward came from."""
        return next((link for link in self.links if link.link_id == self.chosen_link_id), None)

    @property
    def contested_reward(self) -> Reward | None:
        """The reward of the account that the claim contests; none for a missing one."""
        if self.kind.is_missing:
            return None
        wanted = self.claim.reward_id
        return next((r for r in self.facts.rewards if r.reward_id == wanted), None)

    @property
    def last_day(self) -> date | None:
        """The last day for this claim; for a rejected reward it runs from the rejection."""
        zone = self.partner.market.zone
        contested = self.contested_reward
        start = contested.changed_at.astimezone(zone).date() if contested else self.ordered_on
        return claim_windows.last_claim_day(start, self.partner.claim_window) if start else None

    @property
    def today(self) -> date:
        """The day of `now` on the market's calendar."""
        return self.now.astimezone(self.partner.market.zone).date()

    @property
    def tomorrow(self) -> datetime:
        """The moment at which the day of `now` has ended in the market."""
        zone = self.partner.market.zone
        return periods.end_of_day(self.today, zone).astimezone(zone)

    @property
    def invalid_fields(self) -> dict[str, str]:
        """Every field that is missing or malformed, with what was expected."""
        known = dict(self.problems) | self._missing_fields() | self._unreachable_fields()
        return known | self.form.problems | self._conflicting_fields()

    def _unreachable_fields(self) -> dict[str, str]:
        """An e-mail that our mail server cannot send is not promised."""
        email = self.claim.contact.email if self.claim.contact else None
        beyond = email and requires_smtputf8(email) and not self.facts.supports_smtputf8
        return {"contact.email": "unreachable_email"} if beyond else {}

    @property
    def names_another_order(self) -> bool:
        """Say whether the form names another order than the contested reward does."""
        known, told = (
            self.contested_reward.order_key if self.contested_reward else None,
            self.form.order_key,
        )
        return bool(known and told and known != told)

    def _conflicting_fields(self) -> dict[str, str]:
        identifying = [
            field.name for field in self.partner.form(self.kind) if field.is_order_number
        ]
        return {identifying[0]: "another_order"} if self.names_another_order else {}

    @property
    def duplicate_key(self) -> str:
        """The key of the same reward (R25): account, kind, partner and order, link or reward."""
        what = self.fallback_order_key if self.kind.is_missing else f"reward:{self.claim.reward_id}"
        return build_duplicate_key(str(self.claim.account_id), self.kind, self.partner.id, what)

    @property
    def fallback_order_key(self) -> str:
        """The order by its number, or where the form has none by the link and the day."""
        return self.form.order_key or f"link:{self.claim.link_id}:{self.ordered_on}"

    @property
    def claimable_from(self) -> datetime | None:
        """The moment from which the claim may be filed; only missing rewards wait (R7-R9)."""
        if not self.kind.is_missing or not self.ordered_on:
            return None
        delay, zone = self.partner.registration_delay, self.partner.market.zone
        return claim_windows.claimable_from(self.ordered_on, self.claim.ordered_at, delay, zone)

    def _missing_fields(self) -> dict[str, str]:
        needed: dict[str, object] = {"account_id": self.claim.account_id}
        if self.number is None:
            needed |= required_contact_fields(self.claim)
        if self.kind.is_missing:
            needed |= {"link_id": self.claim.link_id, "ordered_on": self.ordered_on}
        else:
            needed["reward_id"] = self.claim.reward_id
        named = {path.partition(".")[0] for path in self.problems}
        absent = [name for name, value in needed.items() if not value]
        return {name: "required" for name in absent if name.partition(".")[0] not in named}


def build_duplicate_key(account_id: str, kind: ClaimKind, partner_id: str, what: str) -> str:
    """Return the key of the same reward (R25); `what` is its order, its link and day, or itself."""
    return "|".join((account_id, kind, partner_id, what))


REWARD_STATE_PRECEDENCE: Final = {
    RewardState.GRANTED: 0,
    RewardState.INVALID: 1,
    RewardState.REGISTERED: 2,
    RewardState.REJECTED: 3,
}
"""What speaks first where an order has several rewards: the state that forbids most."""
