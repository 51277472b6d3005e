"""An in-memory model of the database: the platform's feed, existing tickets and grants.

A separate rule, much simpler than the domain's, checks each grant: an undue payment fails there.
"""

from dataclasses import dataclass, field
from typing import Final

from domain.claims.account_facts import AccountFacts, Grant
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.decision import identify_order
from domain.claims.rewards import Link, Reward, RewardState
from domain.claims.stored_claim import StoredClaim
from domain.handlers.response_timeout import TimeoutResult
from domain.tickets.settlement import SettlementResult, decide_settlement

UNPAYABLE: Final = (RewardState.REGISTERED, RewardState.GRANTED, RewardState.INVALID)
MONTHLY_CAP: Final = 100  # in the market's currency: the cap of auto-confirmations


@dataclass
class PlatformModel:
    """Links and rewards by id, grants by ticket, and the result of each settlement, which is
    repeated for the same ticket.
    """

    links: dict[str, Link] = field(default_factory=dict)
    feed: dict[str, Reward] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    settlements: dict[str, SettlementResult] = field(default_factory=dict)
    timeouts: dict[str, TimeoutResult] = field(default_factory=dict)

    def facts_of(self, account_id: str, existing_ticket: str | None = None) -> AccountFacts:
        """The facts of one account."""
        own = [g for number, g in self.grants.items() if self.accounts[number] == account_id]
        return AccountFacts(
            links=tuple(self.links.values()),
            rewards=tuple(r for r in self.feed.values() if r.account_id == account_id),
            grants=tuple(own),
            existing_ticket=existing_ticket,
        )

    def context_of(self, filed: StoredClaim) -> ClaimContext:
        """The claim with all facts, also of other accounts, as at settlement."""
        account = str(filed.claim.account_id)
        others = tuple(r for r in self.feed.values() if r.account_id != account)
        more = {"grants": tuple(self.grants.values()), "rewards_of_others": others}
        return filed.in_context(self.facts_of(account).model_copy(update=more))

    def settle(self, filed: StoredClaim) -> SettlementResult:
        """The granting transaction."""
        if filed.number in self.settlements:
            return self.settlements[filed.number]
        context = self.context_of(filed)
        result = self.settlements[filed.number] = decide_settlement(context)
        if result is SettlementResult.GRANTED:
            self._grant(filed, context)
        return result

    def _grant(self, filed: StoredClaim, context: ClaimContext) -> None:
        order = identify_order(context)
        grant = Grant(
            number=filed.number,
            reward_kind=order.reward_kind,
            order_key=order.order_key,
            link_id=context.chosen_link_id,
            reward_id=filed.claim.reward_id,
            ordered_on=order.ordered_on,
        )
        self._check_grant(filed, grant)
        self.grants[filed.number] = grant
        self.accounts[filed.number] = str(filed.claim.account_id)

    def _check_grant(self, filed: StoredClaim, grant: Grant) -> None:
        account = filed.claim.account_id
        if grant.link_id:
            link = self.links[grant.link_id]
            assert (link.account_id, link.kind) == (account, grant.reward_kind)
        if grant.reward_id:
            contested = self.feed[grant.reward_id]
            assert (contested.account_id, contested.state) == (account, RewardState.REJECTED)
            assert contested.order_key in (None, grant.order_key)
        for reward in self.feed.values():
            same = reward.kind == grant.reward_kind and reward.order_key == grant.order_key
            other = reward.account_id != account and reward.state is RewardState.INVALID
            assert not same or other or reward.state not in UNPAYABLE

    def confirm_on_timeout(self, number: str, amount: float) -> TimeoutResult:
        """The transaction that counts auto-confirmations."""
        spent = 40 * list(self.timeouts.values()).count(TimeoutResult.CONFIRMED)
        result = (
            TimeoutResult.CONFIRMED if spent + amount <= MONTHLY_CAP else TimeoutResult.ESCALATED
        )
        return self.timeouts.setdefault(number, result)

    def check_nothing_was_paid_twice(self) -> None:
        """One order earns one reward per kind: by its number, by its reward, and by its link where
        one side names no number.
        """
        grants = list(self.grants.values())
        for index, one in enumerate(grants):
            for other in grants[:index]:
                assert not _are_same_order(one, other), (one, other)


def _are_same_order(one: Grant, other: Grant) -> bool:
    if one.reward_kind != other.reward_kind:
        return False
    if one.order_key == other.order_key or (one.reward_id and one.reward_id == other.reward_id):
        return True
    named = all(":" not in grant.order_key for grant in (one, other))
    return not named and one.link_id is not None and one.link_id == other.link_id
