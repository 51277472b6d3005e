"""The map under events in any order: whatever comes, whenever, and however often (rule 10)."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.course import ABOUT_DELIVERY, Course
from domain.hearing import hear
from domain.lifecycle import ARROWS, State
from domain.messages import (
    DeadlinePassed,
    Delivered,
    InformationAnswer,
    InformationRequest,
    Message,
    Resend,
    RewardRegistered,
    Troubled,
    Unreadable,
)
from domain.requests import next_delivery
from domain.settlement import OrderFacts, Verdict, release, settle
from domain.ticket import Attention, Ticket
from tests.unit.builders import (
    NOW,
    NUMBER,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    a_reward,
    a_withdrawal,
    an_outcome,
)

ON_THE_MAP = set(ARROWS)
AWAITING = State.AWAITING_CANCELLATION_PERIOD
# Few ids, so that most messages are somebody's repetition.
IDS = st.sampled_from(["1", "2", "3", "4", "5"])
OUTCOMES = st.sampled_from(["confirmed", "rejected", "order_cancelled", "information_requested"])
AMOUNTS = st.sampled_from(
    [None, PLN_40, PLN_40]
    + [{"amount": a, "currency": c} for a, c in (("1", "PLN"), ("0", "PLN"), ("900", "PLN"))]
    + [{"amount": "1", "currency": "EUR"}]
)
DATES = st.sampled_from([None, "2026-01-01", "2026-10-30", "2027-06-30", "2199-12-31"])
JUMPS = st.sampled_from(
    [timedelta(seconds=1), timedelta(hours=5), timedelta(days=9), timedelta(99)]
)
REWARDS = st.lists(
    st.builds(
        a_reward,
        state=st.sampled_from(["registered", "granted", "rejected", "invalid"]),
        account_id=st.sampled_from(["acc-1001", "acc-2"]),
        granted_by_ticket=st.sampled_from([None, NUMBER]),
    ),
    max_size=2,
).map(tuple)


TROUBLES = ABOUT_DELIVERY | {Attention.MAIL_UNDELIVERABLE}


class AnyOrder(RuleBasedStateMachine):
    """One ticket among partners, agents, members and clocks that know nothing of each other."""

    @initialize(
        held=st.booleans(),
        promised=AMOUNTS,
        counts_from=st.sampled_from(["order", "activation", "contract_start"]),
    )
    def open(self, held: bool, promised: Any, counts_from: str) -> None:
        terms = {"period": "P14D", "counts_from": counts_from, "at_most": "P1Y"}
        self.now: datetime = NOW
        self.course = Course(a_new_ticket(a_partner(cancellation=terms), promised=promised))
        self.course.accept(NOW, held_until=NOW + timedelta(days=2) if held else None)
        self.written: list[int] = []
        self.written_moves = 0
        self.letter_keys: list[str] = []
        self.answers: dict[str, object] = {}
        self.grants = 0

    def hear(self, message: Message) -> None:
        """Hear a message, and hold what it did against what it may do."""
        before = self.course.ticket
        heard = hear(self.course, message, self.now)
        if heard.answer:
            first = self.answers.setdefault(heard.answer.request_id, heard.answer)
            assert heard.answer == first
        if self.course.ticket.moves == before.moves:
            self.stands_still(before, message)
        else:
            assert not before.state.is_final
            assert not heard.quiet

    def stands_still(self, before: Ticket, message: Message) -> None:
        """A message that moves nothing rewinds no clock and decides nothing."""
        after = self.course.ticket
        assert after.state is before.state
        spent = isinstance(message, DeadlinePassed) and self.is_due(before)
        assert after.due_at == before.due_at or (spent and after.due_at is None)
        assert after.cancellation_ends_at == before.cancellation_ends_at
        assert (after.confirmed, after.granted) == (before.confirmed, before.granted)

    def is_due(self, ticket: Ticket) -> bool:
        """Whether the deadline of `ticket` has come, and is not one that its driver settles."""
        return ticket.state is not State.ON_HOLD and bool(
            ticket.due_at and ticket.due_at <= self.now
        )

    @rule(
        outcome=OUTCOMES,
        outcome_id=IDS,
        partner_id=st.sampled_from(["velotel", "velotel", "velotel", "otherpartner"]),
        number=st.sampled_from([None, None, NUMBER, "ZW-0000-0000-0000-0", "?"]),
        reward=AMOUNTS,
        activated_on=DATES,
        cancellation_ends_on=DATES,
    )
    def partner_answers(self, **content: Any) -> None:
        self.hear(an_outcome(**content))

    @precondition(lambda self: self.course.ticket.deliveries)
    @rule(outcome_id=IDS)
    def partner_confirms(self, outcome_id: str) -> None:
        self.hear(an_outcome("confirmed", outcome_id=f"sound-{outcome_id}"))

    @rule(an_id=IDS, withdrawn=st.booleans(), really=st.sampled_from([True, False, False]))
    def it_is_over_for_another_reason(self, an_id: str, withdrawn: bool, really: bool) -> None:
        # Not too often: most tickets must live long enough to meet the rest.
        if really and withdrawn:
            self.hear(a_withdrawal(request_id=an_id))
        elif really:
            self.hear(RewardRegistered(reward_id=an_id))

    @rule(outcome=st.sampled_from(["confirmed", "rejected"]), request_id=IDS, reward=AMOUNTS)
    def agent_decides(self, outcome: str, request_id: str, reward: Any) -> None:
        self.hear(a_decision(outcome, request_id=request_id, reward=reward))

    @rule(request_id=IDS)
    def agent_resends(self, request_id: str) -> None:
        self.hear(Resend(request_id=request_id, actor="agent-7"))

    @rule(request_id=IDS, asks=st.booleans())
    def information_goes_to_and_fro(self, request_id: str, asks: bool) -> None:
        asked = InformationRequest(request_id=request_id, actor="agent-7", questions=("When?",))
        told = InformationAnswer(request_id=request_id, actor="member", note="then")
        self.hear(asked if asks else told)

    @precondition(lambda self: self.course.ticket.state is State.VALIDATED)
    @rule(arrives=st.booleans())
    def delivery_starts(self, arrives: bool) -> None:
        assert next_delivery(self.course) == "claim"
        if arrives:
            self.hear(Delivered(reference="ref-0"))

    @precondition(lambda self: self.course.ticket.deliveries)
    @rule(reference=st.sampled_from([None, "ref-1", "ref-2"]))
    def delivery_is_acknowledged(self, reference: str | None) -> None:
        self.hear(Delivered(reference=reference))

    @rule(attention=st.sampled_from(sorted(TROUBLES)), over=st.booleans())
    def something_is_wrong(self, attention: Attention, over: bool) -> None:
        self.hear(Troubled(attention=attention, over=over))

    @rule()
    def nonsense_comes(self) -> None:
        self.hear(Unreadable(message="partner_outcome", problems={"": "expected a JSON object"}))

    @rule(jump=JUMPS)
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    @precondition(lambda self: self.course.ticket.due_at)
    @rule()
    def the_deadline_comes(self) -> None:
        due_at = self.course.ticket.due_at
        assert due_at is not None
        self.now = max(self.now, due_at)
        self.hear(DeadlinePassed())

    @rule()
    def an_old_alarm_rings(self) -> None:
        self.hear(DeadlinePassed())

    @precondition(lambda self: self.course.ticket.state is State.ON_HOLD)
    @rule(rewards=REWARDS, none=st.booleans())
    def the_hold_ends(self, rewards: Any, none: bool) -> None:
        self.now = max(self.now, self.course.ticket.due_at or self.now)
        assert self.course.release_due(self.now)
        facts = OrderFacts(rewards=() if none else rewards)
        self.course.release(release("acc-1001", facts), self.now)
        assert self.course.ticket.state is not State.ON_HOLD

    @precondition(lambda self: self.course.ticket.state is AWAITING)
    @rule(rewards=REWARDS, granted_to=st.sampled_from([None, None, NUMBER, "ZW-another"]))
    def the_cancellation_period_ends(self, rewards: Any, granted_to: str | None) -> None:
        ticket = self.course.ticket
        self.now = max(self.now, ticket.cancellation_ends_at or self.now)
        decided = ticket.confirmed and ticket.cancellation_ends_at
        assert self.course.settlement_due(self.now) is bool(decided)
        if decided:
            facts = OrderFacts(granted_to_ticket=granted_to, rewards=rewards)
            verdict = settle(NUMBER, "acc-1001", facts)
            self.course.settle(verdict, self.now)
            self.grants += verdict is Verdict.GRANTED
            assert self.course.ended

    @rule()
    def it_is_written_down(self) -> None:
        writing = self.course.write_down()
        self.written.append(writing.writing)
        self.letter_keys += [letter.key for letter in writing.letters]
        assert [m.seq for m in writing.moves] == [
            self.written_moves + n + 1 for n in range(len(writing.moves))
        ]
        self.written_moves += len(writing.moves)
        assert writing.state is self.course.ticket.state
        assert self.written_moves == len(self.course.ticket.moves)

    @rule()
    def the_workflow_continues_as_new(self) -> None:
        self.it_is_written_down()
        again = Ticket.model_validate_json(self.course.ticket.model_dump_json())
        assert again == self.course.ticket
        self.course = Course(again)

    @invariant()
    def every_move_is_an_arrow_and_none_is_lost(self) -> None:
        moves = self.course.ticket.moves
        assert [move.seq for move in moves] == list(range(1, len(moves) + 1))
        assert {(m.event, m.from_state, m.to) for m in moves} <= ON_THE_MAP
        places = [State.CREATED, *[move.to for move in moves]]
        assert [move.from_state for move in moves] == places[:-1]
        assert self.course.ticket.state is places[-1]
        assert not any(place.is_final for place in places[:-1])
        assert [move.at for move in moves] == sorted(move.at for move in moves)

    @invariant()
    def a_reward_is_granted_once_and_only_to_a_resolved_ticket(self) -> None:
        ticket = self.course.ticket
        assert self.grants <= 1
        assert (ticket.granted is not None) is bool(self.grants)
        assert ticket.granted is None or ticket.state is State.RESOLVED

    @invariant()
    def writings_and_letters_are_counted_once(self) -> None:
        assert self.written == sorted(set(self.written))
        assert len(self.letter_keys) == len(set(self.letter_keys))

    @invariant()
    def a_ticket_that_ended_waits_for_nothing_and_a_rejected_one_says_why(self) -> None:
        ticket = self.course.ticket
        if ticket.state.is_final:
            assert ticket.due_at is None
            assert set(ticket.attention) <= {Attention.MAIL_UNDELIVERABLE}
        assert ticket.state is not State.REJECTED or ticket.reason_code

    @invariant()
    def a_ticket_that_runs_can_go_on(self) -> None:
        """By its deadline, by an agent who is asked, or by the messages that its state takes."""
        ticket = self.course.ticket
        assert ticket.state is not State.ON_HOLD or ticket.due_at
        if ticket.state is AWAITING and not ticket.attention:
            assert ticket.confirmed
            assert ticket.cancellation_ends_at


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
)
