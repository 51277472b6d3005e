"""Several tickets claim one reward, in any interleaving: one order earns one reward per kind."""

from datetime import timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from domain.claims.eligibility.decision import assess
from domain.handlers.commands.execution import next_delivery_purpose
from domain.tickets.aggregate.ticket_fields import replace
from domain.tickets.messages.internal import Delivered
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.states import State
from domain.values.ticket_number import derive_number
from tests.support.builders import (
    NOW,
    a_decision,
    a_link,
    a_new_ticket,
    a_partner,
    a_question,
    a_reward,
    a_withdrawal,
    an_answer,
    an_outcome,
)
from tests.unit.domain.claimants import Claimant, claim_by, filed_as
from tests.unit.domain.order_strategies import (
    ACCOUNTS,
    AMOUNTS,
    CAPS,
    FORMS,
    IDS,
    JUMPS,
    KINDS,
    MAX_TICKETS,
    ORDER,
    ORDERS,
    OUTCOMES,
    RARELY,
    REJECTED,
    REWARD_KINDS,
    STATES,
)
from tests.unit.domain.platform_model import PlatformModel


class OneReward(RuleBasedStateMachine):
    """Members, partners, agents, the platform's feed and timers around one order."""

    claimants = Bundle("claimants")

    @initialize(
        on_timeout=st.sampled_from(["escalate", "confirm", "reject"]),
        member_timeout=st.sampled_from(["send", "reject"]),
        form=st.sampled_from(FORMS),
    )
    def begin(self, on_timeout: str, member_timeout: str, form: list[Any]) -> None:
        self.now = NOW
        self.platform = PlatformModel()
        self.tickets: list[Claimant] = []
        self.partner = a_partner(
            response={"deadline": "P14D", "on_timeout": on_timeout, "reminders": ["P3D"], **CAPS},
            information={"deadline": "P10D", "on_timeout": member_timeout, "reminders": ["P4D"]},
            fields=form,
        )
        for account in ("acc-1", "acc-2", "acc-3"):
            for name in ("cashback", "referral", "cashback-spare"):
                kind = name.partition("-")[0]
                self.the_platform_sends_a_link(f"{account}-{name}", account, kind)
        for reward_id, account, order, link in REJECTED:
            rejected = (reward_id, "rejected", account, "cashback", order, link)
            self.the_platform_registers_a_reward(*rejected, True)

    def existing_ticket(self, key: str, other_than: Claimant | None = None) -> str | None:
        """R25: the open ticket for the same reward."""
        others = (one for one in self.tickets if one is not other_than and one.blocks_another)
        return next((one.ticket.number for one in others if one.duplicate_key() == key), None)

    @precondition(lambda self: len(self.tickets) < MAX_TICKETS)
    @rule(
        target=claimants,
        account=ACCOUNTS,
        kind=KINDS,
        order=ORDERS,
        reward_id=st.sampled_from(["1", "2", "2", "3"]),
        initial=st.sampled_from(["held", "validated", "sent", "sent", "sent"]),
    )
    def a_member_files_a_claim(
        self, account: str, kind: str, order: str, reward_id: str, initial: str
    ) -> Any:
        """A claim that is not accepted opens no ticket."""
        number = derive_number(account, f"key-{len(self.tickets)}")
        claim = claim_by(account, kind, order, reward_id, self.now)
        filed = filed_as(claim, number, self.partner)
        ticket = a_new_ticket(self.partner, number=number, kind=kind, started_at=self.now)
        one = Claimant(ticket, filed, self.platform)
        facts = self.platform.facts_of(account, self.existing_ticket(one.duplicate_key()))
        assessment = assess(claim, facts, self.partner, self.now)
        if assessment.status != "accepted" or assessment.order is None:
            return multiple()
        order_key, reward_kind = assessment.order.order_key, assessment.order.reward_kind
        one.aggregate.ticket = replace(
            one.aggregate.ticket, order_key=order_key, reward_kind=reward_kind
        )
        stored = filed.claim.model_copy(update={"link_id": assessment.order.link_id})
        one.filed = filed.model_copy(update={"claim": stored})
        held_until = self.now + timedelta(days=2) if initial == "held" else None
        one.aggregate.open(self.now, held_until=held_until)
        if initial == "sent":
            next_delivery_purpose(one.aggregate)
            one.handle(Delivered(reference="ref-1"), self.now)
        self.tickets.append(one)
        return one

    @rule(one=claimants, outcome=OUTCOMES, outcome_id=IDS, reward=AMOUNTS)
    def its_partner_answers(self, one: Claimant, **changes: Any) -> None:
        """Repeated, reordered, late or contradicting."""
        one.handle(an_outcome(**changes), self.now)

    @rule(one=claimants, outcome=OUTCOMES)
    def its_partner_contradicts_itself(self, one: Claimant, outcome: str) -> None:
        """Under a handled id, so that the outcome has no effect."""
        for outcome_id in one.outcome_ids[-1:]:
            one.handle(an_outcome(outcome, outcome_id=outcome_id), self.now)

    @rule(one=claimants, starts=st.booleans())
    def its_claim_arrives(self, one: Claimant, starts: bool) -> None:
        """For the first time, or acknowledged again."""
        if starts and one.ticket.state is State.VALIDATED:
            next_delivery_purpose(one.aggregate)
        if one.ticket.delivery_count:
            one.handle(Delivered(), self.now)

    @rule(one=claimants, an_id=st.uuids().map(str), order=st.one_of(st.none(), ORDERS))
    def its_member_is_asked_and_answers(self, one: Claimant, an_id: str, order: str | None) -> None:
        """The answer may name another order; it is refused if filing would refuse it now."""
        one.handle(a_question(outcome_id=an_id), self.now)
        answers = {"order_number": order} if order else {}
        answer = an_answer(request_id=an_id, answers=answers)
        if one.handle(answer, self.now):
            other = self.existing_ticket(one.duplicate_key(answers), other_than=one)
            one.submit_answer(answer, other, self.now)

    @rule(one=claimants, confirmed=st.booleans(), really=RARELY, request_id=IDS, reward=AMOUNTS)
    def an_agent_decides(
        self, one: Claimant, confirmed: bool, really: bool, request_id: str, reward: Any
    ) -> None:
        outcome = "confirmed" if confirmed else "rejected"
        if really:
            one.handle(a_decision(outcome, request_id=request_id, reward=reward), self.now)

    @rule(one=claimants, really=RARELY, request_id=IDS)
    def its_member_withdraws(self, one: Claimant, really: bool, request_id: str) -> None:
        if really:
            one.handle(a_withdrawal(request_id=f"out-{request_id}"), self.now)

    @rule(
        reward_id=IDS,
        state=STATES,
        account=ACCOUNTS,
        kind=REWARD_KINDS,
        order=st.one_of(st.none(), ORDERS),
        link=st.sampled_from([None, "acc-1-cashback", "acc-2-cashback"]),
        really=RARELY,
    )
    def the_platform_registers_a_reward(
        self,
        reward_id: str,
        state: str,
        account: str,
        kind: str,
        order: str | None,
        link: str | None,
        really: bool,
    ) -> None:
        """No ticket is notified; a later record of the same reward replaces this one."""
        if really:
            fields = {"account_id": account, "kind": kind, "order_number": order, "state": state}
            changed = {"link_id": link, "changed_at": self.now}
            self.platform.feed[reward_id] = a_reward(reward_id=reward_id, **fields, **changed)

    def the_platform_sends_a_link(self, link_id: str, account: str, kind: str) -> None:
        fields = {"account_id": account, "kind": kind, "clicked_at": NOW - timedelta(days=30)}
        self.platform.links[link_id] = a_link(link_id=link_id, **fields)

    @rule(one=claimants, state=STATES, named=st.booleans(), really=st.booleans())
    def the_platform_finds_its_reward(
        self, one: Claimant, state: str, named: bool, really: bool
    ) -> None:
        """The contested reward changes, or one appears for the claimed order."""
        claim, kind = one.filed.claim, str(one.ticket.reward_kind)
        order = str(claim.answers.get("order_number", ORDER)) if named else None
        reward_id = claim.reward_id or "found"
        reward = (reward_id, state, one.account_id, kind, order, claim.link_id)
        self.the_platform_registers_a_reward(*reward, really)

    @rule(one=claimants, account=ACCOUNTS, kind=REWARD_KINDS, really=st.booleans())
    def its_link_changes(self, one: Claimant, account: str, kind: str, really: bool) -> None:
        """To another account or another kind."""
        if really and (link_id := one.filed.claim.link_id):
            self.the_platform_sends_a_link(link_id, account, kind)

    @rule()
    def our_grants_appear_in_the_feed(self) -> None:
        for number, grant in self.platform.grants.items():
            account = self.platform.accounts[number]
            named = None if ":" in grant.order_key else grant.order_key
            fields = {"account_id": account, "kind": grant.reward_kind, "order_number": named}
            reward_id = grant.reward_id or f"ours-{number}"
            more = {"link_id": grant.link_id, "granted_by_ticket": number, "state": "granted"}
            self.platform.feed[reward_id] = a_reward(reward_id=reward_id, **more, **fields)

    @rule(one=claimants, reward_id=IDS, really=RARELY)
    def its_ticket_is_notified_of_a_reward(
        self, one: Claimant, reward_id: str, really: bool
    ) -> None:
        """Late, early or repeated, with or without the record in the feed."""
        if really:
            one.handle(RewardRegistered(reward_id=reward_id), self.now)
            ended = one.ticket.transitions[-1].event == "reward_registered"
            assert not ended or one.ticket.granted_amount is None

    @rule(jump=JUMPS)
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    @rule(one=claimants, crashes=st.booleans())
    def its_workflow_acts(self, one: Claimant, crashes: bool) -> None:
        one.take_due_action(self.now, crashes)

    @rule(one=claimants, crashes=st.booleans())
    def its_cancellation_period_ends(self, one: Claimant, crashes: bool) -> None:
        """Another confirmed ticket may be settled before or after it."""
        ends_at = one.ticket.cancellation_ends_at
        if one.ticket.state is State.AWAITING_CANCELLATION_PERIOD and ends_at:
            self.now = max(self.now, ends_at)
            one.take_due_action(self.now, crashes)

    @rule(one=claimants)
    def its_worker_changes(self, one: Claimant) -> None:
        one.restart()

    @invariant()
    def an_order_has_at_most_one_grant_per_kind(self) -> None:
        """`PlatformModel` checks each grant when it is made."""
        granted = [one.ticket.number for one in self.tickets if one.ticket.granted_amount]
        assert set(granted) <= set(self.platform.grants)
        self.platform.check_nothing_was_paid_twice()

    @invariant()
    def a_ticket_has_a_grant_or_a_reason_for_none(self) -> None:
        for one in self.tickets:
            ticket = one.ticket
            has_grant = ticket.number in self.platform.grants
            assert (ticket.granted_amount is not None) is has_grant
            assert not has_grant or ticket.state is State.RESOLVED
            assert ticket.state is not State.REJECTED or ticket.reason_code
            if ticket.reason_code is RejectionReason.ALREADY_REWARDED:
                assert ticket.state is State.REJECTED

    def teardown(self) -> None:
        """Every accepted ticket ends."""
        now = getattr(self, "now", NOW)
        for one in getattr(self, "tickets", []):
            one.handle(an_outcome("confirmed", outcome_id="yes"), now)
            now = one.run_to_end(now)
        self.an_order_has_at_most_one_grant_per_kind()
        self.a_ticket_has_a_grant_or_a_reason_for_none()


TestOneReward = OneReward.TestCase
TestOneReward.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
)
