"""Several tickets claim one reward, in any interleaving: one order earns one reward per kind."""

from datetime import timedelta
from typing import Any, Final

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

from domain.lifecycle import State
from domain.messages import Delivered, RejectionReason, RewardRegistered
from domain.numbers import ticket_number
from domain.requests import next_delivery
from tests.unit.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    a_question,
    a_reward,
    a_withdrawal,
    an_answer,
    an_outcome,
)
from tests.unit.claimants import Books, Claimant, key_of

MOST_TICKETS: Final = 6
ORDER: Final = "VT-2231-9"
ORDER_KEY: Final = "VT22319"
OTHER_ORDER_KEY: Final = "VT22318"
ACCOUNTS: Final = st.sampled_from(["acc-1", "acc-1", "acc-2", "acc-3"])
KINDS: Final = st.sampled_from(
    ["missing_cashback", "missing_cashback", "rejected_reward", "missing_referral_reward"]
)
IDS: Final = st.sampled_from(["1", "2", "3"])
# Most tickets must live long enough to meet the others at the order's reward.
OUTCOMES: Final = st.sampled_from(
    [*["confirmed"] * 4, "rejected", "order_cancelled", "information_requested"]
)
AMOUNTS: Final = st.sampled_from([None, None, PLN_40, {"amount": "900", "currency": "PLN"}])
JUMPS: Final = st.sampled_from([timedelta(hours=5), *map(timedelta, (2, 9, 15, 40))])
STATES: Final = st.sampled_from(["registered", "registered", "granted", "rejected", "invalid"])
RARELY: Final = st.sampled_from([True, False, False, False])
CAPS: Final = {
    "confirm_up_to": {"amount": "50.00", "currency": "PLN"},
    "confirm_per_month": {"amount": "100.00", "currency": "PLN"},
}


class OneReward(RuleBasedStateMachine):
    """Members, partners, agents, the platform's tracking and clocks around one order."""

    claimants = Bundle("claimants")

    @initialize(
        silence=st.sampled_from(["escalate", "confirm", "reject"]),
        otherwise=st.sampled_from(["send", "reject"]),
    )
    def begin(self, silence: str, otherwise: str) -> None:
        self.now = NOW
        self.books = Books()
        self.everybody: list[Claimant] = []
        self.partner = a_partner(
            answer={"within": "P14D", "silence": silence, "reminders": ["P3D"], **CAPS},
            information={"within": "P10D", "otherwise": otherwise, "reminders": ["P4D"]},
        )

    def is_duplicate(self, claim_key: tuple[str, str, str]) -> bool:
        """R25."""
        return any(one.claim_key == claim_key and one.blocks_another for one in self.everybody)

    @precondition(lambda self: len(self.everybody) < MOST_TICKETS)
    @rule(
        target=claimants,
        account=ACCOUNTS,
        kind=KINDS,
        elsewhere=RARELY,
        begins=st.sampled_from(["held", "validated", "sent", "sent", "sent"]),
    )
    def somebody_claims(self, account: str, kind: str, elsewhere: bool, begins: str) -> Any:
        """For the order, or by a slip for another one; a duplicate opens no ticket."""
        order_key = OTHER_ORDER_KEY if elsewhere else ORDER_KEY
        if self.is_duplicate((account, kind, order_key)):
            return multiple()
        ticket = a_new_ticket(
            self.partner,
            number=ticket_number(account, f"key-{len(self.everybody)}"),
            kind=kind,
            reward_kind="referral" if kind == "missing_referral_reward" else "cashback",
            order_key=order_key,
            started_at=self.now,
        )
        one = Claimant(ticket, account, self.books)
        held_until = self.now + timedelta(days=2) if begins == "held" else None
        one.course.accept(self.now, held_until=held_until)
        if begins == "sent":
            next_delivery(one.course)
            one.hears(Delivered(reference="ref-1"), self.now)
        self.everybody.append(one)
        return one

    @rule(one=claimants, outcome=OUTCOMES, outcome_id=IDS, reward=AMOUNTS)
    def its_partner_answers(self, one: Claimant, **told: Any) -> None:
        """Repeated, reordered, late or contradicting."""
        one.hears(an_outcome(**told), self.now)

    @rule(one=claimants, outcome=OUTCOMES)
    def its_partner_contradicts_itself(self, one: Claimant, outcome: str) -> None:
        """Under an id that was heard, so that it counts for nothing."""
        for outcome_id in one.outcome_ids[-1:]:
            one.hears(an_outcome(outcome, outcome_id=outcome_id), self.now)

    @rule(one=claimants)
    def its_partner_confirms(self, one: Claimant) -> None:
        one.hears(an_outcome("confirmed", outcome_id="yes"), self.now)

    @rule(one=claimants, starts=st.booleans())
    def its_claim_arrives(self, one: Claimant, starts: bool) -> None:
        """At last, or acknowledged once more."""
        if starts and one.ticket.state is State.VALIDATED:
            next_delivery(one.course)
        if one.ticket.deliveries:
            one.hears(Delivered(), self.now)

    @rule(one=claimants, an_id=st.uuids().map(str), corrects=st.booleans())
    def its_member_is_asked_and_answers(self, one: Claimant, an_id: str, corrects: bool) -> None:
        """The answer may move the ticket onto the order, unless the account has claimed that."""
        one.hears(a_question(outcome_id=an_id), self.now)
        answer = an_answer(request_id=an_id)
        if not one.hears(answer, self.now):
            return
        account, kind, _ = one.claim_key
        moves = corrects and kind != "rejected_reward" and one.ticket.order_key != ORDER_KEY
        if not (moves and self.is_duplicate((account, kind, ORDER_KEY))):
            one.told(answer, ORDER_KEY if moves else None, self.now)

    @rule(one=claimants, confirmed=st.booleans(), really=RARELY, request_id=IDS, reward=AMOUNTS)
    def an_agent_decides(
        self, one: Claimant, confirmed: bool, really: bool, request_id: str, reward: Any
    ) -> None:
        outcome = "confirmed" if confirmed else "rejected"
        if really:
            one.hears(a_decision(outcome, request_id=request_id, reward=reward), self.now)

    @rule(one=claimants, really=RARELY, request_id=IDS)
    def its_member_withdraws(self, one: Claimant, really: bool, request_id: str) -> None:
        if really:
            one.hears(a_withdrawal(request_id=f"out-{request_id}"), self.now)

    @rule(
        reward_id=IDS,
        state=STATES,
        account=ACCOUNTS,
        kind=st.sampled_from(["cashback", "cashback", "referral"]),
        really=RARELY,
    )
    def the_platform_books_a_reward(
        self, reward_id: str, state: str, account: str, kind: str, really: bool
    ) -> None:
        """Without a word to any ticket; a later record of the same reward replaces it."""
        if really:
            known = {"account_id": account, "kind": kind, "order_number": ORDER, "state": state}
            self.books.feed[reward_id] = a_reward(reward_id=reward_id, **known)

    @rule()
    def our_grants_come_back_through_the_feed(self) -> None:
        for (_, kind, order_key), number in self.books.grants.items():
            owner = next(one for one in self.everybody if one.ticket.number == number)
            known = {"account_id": owner.account_id, "kind": kind, "order_number": order_key}
            reward_id = f"ours-{number}"
            self.books.feed[reward_id] = a_reward(
                reward_id=reward_id, state="granted", granted_by_ticket=number, **known
            )

    @rule(one=claimants, reward_id=IDS, really=RARELY)
    def its_ticket_hears_of_a_reward(self, one: Claimant, reward_id: str, really: bool) -> None:
        """Late, early, or repeated: with or without its record."""
        if really:
            one.hears(RewardRegistered(reward_id=reward_id), self.now)
            ended = one.ticket.moves[-1].event == "reward_registered"
            assert not ended or one.ticket.granted is None

    @rule(jump=JUMPS)
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    @rule(one=claimants, crashes=st.booleans())
    def its_workflow_looks_up(self, one: Claimant, crashes: bool) -> None:
        one.looks_up(self.now, crashes)

    @rule(one=claimants, crashes=st.booleans())
    def its_cancellation_period_ends(self, one: Claimant, crashes: bool) -> None:
        """By then whoever else was confirmed may be before it, or after it."""
        ends_at = one.ticket.cancellation_ends_at
        if one.ticket.state is State.AWAITING_CANCELLATION_PERIOD and ends_at:
            self.now = max(self.now, ends_at)
            one.looks_up(self.now, crashes)

    @rule(one=claimants)
    def its_worker_is_another_one(self, one: Claimant) -> None:
        one.restarts()

    @invariant()
    def an_order_has_at_most_one_grant_per_kind(self) -> None:
        granted = [key_of(one.ticket) for one in self.everybody if one.ticket.granted]
        assert len(granted) == len(set(granted))
        assert set(granted) <= set(self.books.grants)

    @invariant()
    def a_ticket_has_a_grant_or_an_end_that_says_why_not(self) -> None:
        for one in self.everybody:
            ticket = one.ticket
            has_grant = ticket.number in self.books.grants.values()
            assert (ticket.granted is not None) is has_grant
            assert not has_grant or ticket.state is State.RESOLVED
            assert ticket.state is not State.REJECTED or ticket.reason_code
            if ticket.reason_code is RejectionReason.ALREADY_REWARDED:
                assert ticket.state is State.REJECTED

    def teardown(self) -> None:
        """Every accepted ticket ends."""
        now = getattr(self, "now", NOW)
        for one in getattr(self, "everybody", []):
            now = one.comes_to_its_end(now)
        self.an_order_has_at_most_one_grant_per_kind()
        self.a_ticket_has_a_grant_or_an_end_that_says_why_not()


TestOneReward = OneReward.TestCase
TestOneReward.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
)
