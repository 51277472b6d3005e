"""A claim's case: the claim beside its partner's rules and the known facts, and what follows from
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import deadlines
from domain.addresses import needs_utf8
from domain.claim import (
    LINK_KIND,
    Facts,
    Link,
    Reward,
    RewardState,
    TicketClaim,
    is_for_order,
    whom_to_write_to,
)
from domain.forms import Filled
from domain.partner import ClaimKind, PartnerRules


@dataclass(frozen=True)
class Case:
    """All that the checks look at."""

    claim: TicketClaim
    kind: ClaimKind
    partner: PartnerRules
    facts: Facts
    now: datetime
    problems: Mapping[str, str]
    filled: Filled

    @property
    def ordered_on(self) -> date | None:
        """The day of the order on the market's calendar."""
        at = self.claim.ordered_at
        return at.astimezone(self.partner.market.zone).date() if at else self.claim.ordered_on

    @property
    def reward(self) -> Reward | None:
        """The reward that the claim contests, or that is already there for its order."""
        if not self.kind.is_missing:
            return next(
                (r for r in self.facts.rewards if r.reward_id == self.claim.reward_id), None
            )
        same_kind = [r for r in self.facts.rewards if r.kind == LINK_KIND[self.kind]]
        order, link_id = self.filled.order_key, self.claim.link_id
        found = [r for r in same_kind if is_for_order(r, order, link_id)]
        # The state that forbids most speaks first: granted, invalid, registered, rejected.
        return min(found, key=lambda r: WEIGHT[r.state], default=None)

    @property
    def link(self) -> Link | None:
        """The link of the account that the claim chose, or that its rejected reward came from."""
        contested = self.contested
        wanted = self.claim.link_id or (contested.link_id if contested else None)
        return next((link for link in self.facts.links if link.link_id == wanted), None)

    @property
    def contested(self) -> Reward | None:
        """The rejected reward that the claim is about; none for a missing one."""
        return None if self.kind.is_missing else self.reward

    @property
    def last_day(self) -> date | None:
        """The last day for this claim; for a rejected reward it runs from the rejection."""
        zone = self.partner.market.zone
        contested = self.contested
        start = contested.changed_at.astimezone(zone).date() if contested else self.ordered_on
        return deadlines.last_claim_day(start, self.partner.claim_window) if start else None

    @property
    def today(self) -> date:
        """The day of `now` on the market's calendar."""
        return self.now.astimezone(self.partner.market.zone).date()

    @property
    def wrong_fields(self) -> dict[str, str]:
        """Every field that is missing or malformed, with what was expected."""
        known = dict(self.problems) | self._absent() | self._unreachable()
        return known | self.filled.problems | self._contradicted()

    def _unreachable(self) -> dict[str, str]:
        """An e-mail that our mail server cannot send is not promised."""
        email = self.claim.contact.email if self.claim.contact else None
        beyond = email and needs_utf8(email) and not self.facts.mail_utf8
        return {"contact.email": "unreachable_email"} if beyond else {}

    def _contradicted(self) -> dict[str, str]:
        """A contested reward knows its order: a form that names another contradicts it."""
        known = self.contested.order_key if self.contested else None
        told = self.filled.order_key
        identifying = [field.name for field in self.partner.form(self.kind) if field.identifies]
        return {identifying[0]: "another_order"} if known and told and known != told else {}

    @property
    def duplicate_key(self) -> str:
        """The key of the same reward (R25): account, kind, partner and order, link or reward."""
        what = self.order_of_missing if self.kind.is_missing else f"reward:{self.claim.reward_id}"
        return same_reward(str(self.claim.account_id), self.kind, self.partner.id, what)

    @property
    def order_of_missing(self) -> str:
        """The order by its number, or where the form has none by the link and the day."""
        return self.filled.order_key or f"link:{self.claim.link_id}:{self.ordered_on}"

    @property
    def opens(self) -> datetime | None:
        """The moment from which the claim may be filed; only missing rewards wait (R7-R9)."""
        if not self.kind.is_missing or not self.ordered_on:
            return None
        delay, zone = self.partner.registration_delay, self.partner.market.zone
        return deadlines.claimable_from(self.ordered_on, self.claim.ordered_at, delay, zone)

    def _absent(self) -> dict[str, str]:
        needed: dict[str, object] = {
            "account_id": self.claim.account_id,
            **whom_to_write_to(self.claim),
        }
        if self.kind.is_missing:
            needed |= {"link_id": self.claim.link_id, "ordered_on": self.ordered_on}
        else:
            needed["reward_id"] = self.claim.reward_id
        named = {path.partition(".")[0] for path in self.problems}
        absent = [name for name, value in needed.items() if not value]
        return {name: "required" for name in absent if name.partition(".")[0] not in named}


def same_reward(account_id: str, kind: ClaimKind, partner_id: str, what: str) -> str:
    """Return the key of the same reward (R25); `what` is its order, its link and day, or itself."""
    return "|".join((account_id, kind, partner_id, what))


WEIGHT: Final = {
    RewardState.GRANTED: 0,
    RewardState.INVALID: 1,
    RewardState.REGISTERED: 2,
    RewardState.REJECTED: 3,
}
"""What speaks first where an order has several rewards: the state that forbids most."""
