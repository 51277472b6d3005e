"""One ticket under messages in any order, at any time, repeated any number of times."""

from datetime import timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.information_requests import information_purpose
from domain.handlers.information_results import apply_information, information_changes
from domain.handlers.response_deadlines import next_reminder
from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
    auto_confirmable_amount,
    timeout_changes,
)
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import Resend
from domain.tickets.messages.internal import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
    InvalidMessage,
)
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.settlement import SettlementResult, decide_release, decide_settlement
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NUMBER,
    a_decision,
    a_partner,
    a_question,
    a_withdrawal,
    an_answer,
    an_inquiry,
    an_outcome,
)
from tests.support.stored_claims import a_grant, a_stored_claim, context_of
from tests.unit.domain.message_strategies import (
    AMOUNTS,
    CAPS,
    CODES,
    DATES,
    DECISIONS,
    FAILURES,
    IDS,
    JUMPS,
    MAX_DATE,
    OUTCOMES,
    REMINDERS,
    REWARDS,
)
from tests.unit.domain.ticket_state_machine import (
    AWAITING,
    INFORMATION_REQUESTED,
    PARTNER_STATES,
    AnyTicket,
    is_overdue,
)


class AnyOrder(AnyTicket):
    """One ticket with partners, agents, members and timers that act independently."""

    @initialize(
        initial=st.sampled_from(["held", "validated", "sent", "sent"]),
        promised=AMOUNTS,
        starts_from=st.sampled_from(["order", "order", "activation", "contract_start"]),
        on_timeout=st.sampled_from(["escalate", "confirm", "confirm", "reject"]),
        member_timeout=st.sampled_from(["send", "send", "reject"]),
        reminders=st.tuples(REMINDERS, REMINDERS),
    )
    def open(
        self,
        initial: str,
        promised: Any,
        starts_from: str,
        on_timeout: str,
        member_timeout: str,
        reminders: tuple[list[str], list[str]],
    ) -> None:
        partner = a_partner(
            cancellation={"period": "P14D", "starts_from": starts_from, "max_period": "P1Y"},
            response={
                "deadline": "P14D",
                "on_timeout": on_timeout,
                "reminders": reminders[0],
                **CAPS,
            },
            information={
                "deadline": "P10D",
                "on_timeout": member_timeout,
                "reminders": reminders[1],
            },
        )
        self.begin(partner, initial == "held", promised)
        if initial == "sent":
            self.delivery_starts(arrives=True)

    @rule(
        outcome=OUTCOMES,
        outcome_id=IDS,
        partner_id=st.sampled_from(["velotel", "otherpartner"]),
        number=st.sampled_from([None, None, NUMBER, "ZW-0000-0000-0000-0", "?"]),
        reward=AMOUNTS,
        activated_on=DATES,
        cancellation_ends_on=DATES,
    )
    def partner_answers(self, **content: Any) -> None:
        self.handle(an_outcome(**content))

    @precondition(lambda self: self.aggregate.ticket.delivery_count)
    @rule(outcome_id=IDS)
    def partner_confirms(self, outcome_id: str) -> None:
        self.handle(an_outcome("confirmed", outcome_id=f"sound-{outcome_id}"))

    @rule(an_id=IDS, withdrawn=st.booleans(), really=st.sampled_from([True, False, False]))
    def the_ticket_ends_for_another_reason(self, an_id: str, withdrawn: bool, really: bool) -> None:
        if really and withdrawn:
            self.handle(a_withdrawal(request_id=an_id))
        elif really:
            self.handle(RewardRegistered(reward_id=an_id))

    @rule(outcome=DECISIONS, request_id=IDS, reward=AMOUNTS)
    def agent_decides(self, outcome: str | None, request_id: str, reward: Any) -> None:
        if outcome:
            self.handle(a_decision(outcome, request_id=request_id, reward=reward))

    @rule(request_id=IDS)
    def agent_resends(self, request_id: str) -> None:
        self.handle(Resend(request_id=request_id, actor="agent-7"))

    @rule(request_id=IDS)
    def agent_asks(self, request_id: str) -> None:
        self.handle(an_inquiry(request_id=request_id))

    @precondition(lambda self: self.aggregate.ticket.delivery_count)
    @rule(outcome_id=IDS, questions=st.sampled_from([["When?"], ["order_number", "Where?"]]))
    def partner_asks(self, outcome_id: str, questions: list[str]) -> None:
        self.handle(a_question(outcome_id=f"asks-{outcome_id}", questions=questions))

    @rule(request_id=IDS)
    def member_answers_with_or_without_a_question(self, request_id: str) -> None:
        """Before the form has checked the answer, nothing changes: a crash loses nothing."""
        before = self.aggregate.ticket
        if self.handle(an_answer(request_id=request_id)).information_to_check:
            assert self.aggregate.ticket == before

    @precondition(lambda self: self.aggregate.ticket.state is State.SENT_TO_PARTNER)
    @rule(an_id=st.uuids().map(str), asked_after=JUMPS, answered_after=JUMPS)
    def the_partner_asks_and_the_member_answers(
        self, an_id: str, asked_after: timedelta, answered_after: timedelta
    ) -> None:
        self.until(self.now + asked_after)
        self.handle(a_question(outcome_id=an_id))
        self.until(self.now + answered_after)
        self.the_form_checks_an_answer(request_id=an_id, code=None)

    @precondition(lambda self: self.aggregate.ticket.state is INFORMATION_REQUESTED)
    @rule(request_id=IDS, code=CODES)
    def the_form_checks_an_answer(self, request_id: str, code: str | None) -> None:
        message = an_answer(request_id=request_id)
        if not self.handle(message).information_to_check:
            return
        self.collect()
        before = self.aggregate.ticket
        predicted = information_changes(before, message, self.now)
        apply_information(
            self.aggregate, message, self.now, code, {"note": "required"} if code else None
        )
        assert request_id not in self.answers
        self.answers[request_id] = self.aggregate.ticket.recent_results[-1]
        if code:
            self.check_no_transition(before, message)
        else:
            assert self.collect() == predicted
            self.purposes.append(information_purpose(self.aggregate.ticket))

    @precondition(lambda self: self.aggregate.ticket.state is State.VALIDATED)
    @rule(arrives=st.booleans())
    def delivery_starts(self, arrives: bool) -> None:
        assert next_delivery_purpose(self.aggregate) == "claim"
        if arrives:
            self.handle(Delivered(reference="ref-0"))

    @precondition(lambda self: self.aggregate.ticket.delivery_count)
    @rule(reference=st.sampled_from([None, "ref-1", "ref-2"]))
    def delivery_is_acknowledged(self, reference: str | None) -> None:
        self.handle(Delivered(reference=reference))

    @rule(attention=st.sampled_from(sorted(FAILURES)), cleared=st.booleans())
    def attention_changes(self, attention: Attention, cleared: bool) -> None:
        self.handle(AttentionChanged(attention=attention, cleared=cleared))

    @rule()
    def an_invalid_message_comes(self) -> None:
        self.handle(
            InvalidMessage(message="partner_outcome", problems={"": "expected a JSON object"})
        )

    @rule(jump=JUMPS)
    def time_passes(self, jump: timedelta) -> None:
        self.until(self.now + jump)

    @precondition(lambda self: self.aggregate.ticket.due_at)
    @rule()
    def the_deadline_comes(self) -> None:
        self.until(self.aggregate.ticket.due_at)
        self.handle(DeadlinePassed())

    @rule()
    def an_old_timer_fires(self) -> None:
        self.handle(DeadlinePassed())

    @precondition(lambda self: next_reminder(self.aggregate.ticket) is not None)
    @rule()
    def a_reminder_is_due(self) -> None:
        self.until(next_reminder(self.aggregate.ticket))
        before = self.aggregate.ticket
        self.handle(DeadlinePassed())
        is_last = is_overdue(before, self.now) or auto_confirmable_amount(self.aggregate, self.now)
        assert is_last or self.aggregate.ticket.reminders_sent == before.reminders_sent + 1

    @precondition(lambda self: self.aggregate.ticket.terms.response.on_timeout == "confirm")
    @rule(result=st.sampled_from(TimeoutResult))
    def the_partner_does_not_respond(self, result: TimeoutResult) -> None:
        if self.aggregate.ticket.state in PARTNER_STATES:
            self.until(self.aggregate.ticket.due_at)
        amount = auto_confirmable_amount(self.aggregate, self.now)
        if amount is None:
            return
        assert amount.amount <= 50
        self.collect()
        predicted = timeout_changes(self.aggregate.ticket, self.now)[result]
        apply_response_timeout(self.aggregate, self.now, result)
        assert self.collect() == predicted
        is_escalated = Attention.PARTNER_SILENT in self.aggregate.ticket.attention
        assert is_escalated is (result is TimeoutResult.ESCALATED)
        assert self.aggregate.is_settlement_due(MAX_DATE) is not is_escalated

    @precondition(lambda self: self.aggregate.ticket.state is State.ON_HOLD)
    @rule(rewards=REWARDS, none=st.booleans())
    def the_hold_ends(self, rewards: Any, none: bool) -> None:
        self.until(self.aggregate.ticket.due_at)
        assert self.aggregate.is_release_due(self.now)
        case = context_of(a_stored_claim(), *(() if none else rewards))
        self.aggregate.apply_release(decide_release(case), self.now)
        self.start_partner_time()
        assert self.aggregate.ticket.state is not State.ON_HOLD

    @precondition(lambda self: self.aggregate.ticket.state is AWAITING)
    @rule(rewards=REWARDS, granted_to=st.sampled_from([None, None, NUMBER, "ZW-another"]))
    def the_cancellation_period_ends(self, rewards: Any, granted_to: str | None) -> None:
        ticket = self.aggregate.ticket
        self.until(ticket.cancellation_ends_at)
        decided = ticket.confirmed_amount and ticket.cancellation_ends_at
        assert self.aggregate.is_settlement_due(self.now) is bool(decided)
        if decided:
            grants = (a_grant(number=granted_to),) if granted_to else ()
            settlement = decide_settlement(context_of(a_stored_claim(), *rewards, grants=grants))
            self.aggregate.apply_settlement(settlement, self.now)
            self.grants += settlement is SettlementResult.GRANTED
            assert self.aggregate.is_closed

    @rule()
    def the_changes_are_collected(self) -> None:
        self.collect()

    @rule()
    def the_workflow_continues_as_new(self) -> None:
        self.collect()
        restored = Ticket.model_validate_json(self.aggregate.ticket.model_dump_json())
        assert restored == self.aggregate.ticket
        self.aggregate = TicketAggregate(restored)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=160,
    stateful_step_count=50,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
)
