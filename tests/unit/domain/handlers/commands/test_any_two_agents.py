"""Any order of decisions, proposals and outcomes (property test)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
    auto_confirmable_amount,
)
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.approvals import are_different_agents
from domain.tickets.messages.internal import AttentionChanged, DeadlinePassed, Delivered
from domain.tickets.settlement import SettlementResult
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    a_question,
    an_answer,
    an_outcome,
)
from tests.unit.domain.handlers.commands.proposals import MUCH_LATER, PLN_800, PLN_900

LIMIT = Decimal(500)
AGENTS = st.sampled_from(["agent:anna", "agent:Anna", "agent:bela", "agent:cyn", "platform"])
AMOUNTS = st.sampled_from(
    [None, PLN_40, PLN_800, PLN_800, PLN_900, {"amount": "900.00", "currency": "EUR"}]
    + [{"amount": amount, "currency": "PLN"} for amount in ("500.00", "500.01")]
)
AUTO_CONFIRM = {
    "deadline": "P14D",
    "on_timeout": "confirm",
    "auto_confirm_max": {"amount": "500.00", "currency": "PLN"},
    "auto_confirm_monthly_cap": {"amount": "900.00", "currency": "PLN"},
}


class TwoAgents(RuleBasedStateMachine):
    """A ticket with decisions, proposals and a partner that changes its outcome."""

    @initialize(promised=AMOUNTS, starts_from=st.sampled_from(["order", "activation"]))
    def begin(self, promised: Any, starts_from: str) -> None:
        period = {"period": "P14D", "starts_from": starts_from, "max_period": "P6M"}
        partner = a_partner(cancellation=period, response=AUTO_CONFIRM)
        self.aggregate = TicketAggregate(a_new_ticket(partner, promised_amount=promised))
        self.aggregate.open(NOW)
        next_delivery_purpose(self.aggregate)
        handle_message(self.aggregate, Delivered(), NOW)
        self.last_id = 0
        self.decided: set[tuple[str, str]] = set()

    def next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    @rule(actor=AGENTS, reward=AMOUNTS, outcome=st.sampled_from(["confirmed"] * 5 + ["rejected"]))
    def somebody_decides(self, actor: str, reward: Any, outcome: str) -> None:
        if reward and outcome == "confirmed":
            self.decided.add((actor.casefold(), reward["amount"]))
        request = a_decision(outcome, request_id=self.next_id(), actor=actor, reward=reward)
        handle_message(self.aggregate, request, NOW)

    @rule(one=AGENTS, other=AGENTS, reward=st.sampled_from([PLN_800, PLN_900]))
    def two_decide_for_the_same(self, one: str, other: str, reward: Any) -> None:
        for actor in (one, other):
            self.somebody_decides(actor=actor, reward=reward, outcome="confirmed")

    @rule(
        reward=AMOUNTS,
        ends_on=st.sampled_from([None, "2026-01-01", "2026-12-31"]),
        outcome=st.sampled_from(["confirmed"] * 6 + ["rejected"]),
        hours=st.sampled_from([None, 1, 2, 3]),
    )
    def the_partner_sends_an_outcome(self, outcome: str, hours: int | None, **changes: Any) -> None:
        at = NOW - timedelta(hours=hours) if hours else None
        changes = {"reward": changes["reward"], "cancellation_ends_on": changes["ends_on"]}
        handle_message(
            self.aggregate,
            an_outcome(outcome, outcome_id=self.next_id(), occurred_at=at, **changes),
            NOW,
        )

    @rule()
    def the_partner_asks_and_gets_an_answer(self) -> None:
        handle_message(self.aggregate, a_question(outcome_id=self.next_id()), NOW)
        handle_message(self.aggregate, an_answer(request_id=self.next_id()), NOW)

    @rule(cleared=st.booleans())
    def an_email_fails(self, cleared: bool) -> None:
        handle_message(
            self.aggregate, AttentionChanged(attention="mail_undeliverable", cleared=cleared), NOW
        )

    @rule()
    def the_deadline_passes(self) -> None:
        handle_message(self.aggregate, DeadlinePassed(), MUCH_LATER)
        if auto_confirmable_amount(self.aggregate, MUCH_LATER):
            apply_response_timeout(self.aggregate, MUCH_LATER, TimeoutResult.CONFIRMED)

    @rule()
    def the_workflow_continues_as_new(self) -> None:
        self.aggregate.collect_changes()
        self.aggregate = TicketAggregate(
            Ticket.model_validate_json(self.aggregate.ticket.model_dump_json())
        )

    @rule(result=st.sampled_from([SettlementResult.GRANTED, SettlementResult.APPROVAL_NEEDED]))
    def the_period_ends(self, result: SettlementResult) -> None:
        if self.aggregate.is_settlement_due(MUCH_LATER):
            self.aggregate.apply_settlement(result, MUCH_LATER)

    @invariant()
    def more_than_the_maximum_is_never_confirmed_without_two_agents(self) -> None:
        ticket = self.aggregate.ticket
        for money in filter(None, [ticket.confirmed_amount, ticket.granted_amount]):
            assert money.currency == "PLN"
            if money.amount > LIMIT:
                approval = ticket.approval
                assert approval
                assert approval.amount == money
                assert are_different_agents(approval.proposed_by, approval.approved_by)
                both = {approval.proposed_by.casefold(), approval.approved_by.casefold()}
                assert {(agent, str(money.amount)) for agent in both} <= self.decided
                assert len(both) == 2


TestTwoAgents = TwoAgents.TestCase
TestTwoAgents.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
