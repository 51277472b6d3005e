"""More than a partner's maximum is never granted by one person (product.md)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
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
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.approvals import Approval, Proposal, are_different_agents
from domain.tickets.attention import Attention
from domain.tickets.messages.internal import AttentionChanged, DeadlinePassed, Delivered
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.types import Money
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    a_question,
    an_aggregate,
    an_answer,
    an_outcome,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
FAR = NOW + timedelta(days=4000)
MUCH = {"amount": "800.00", "currency": "PLN"}
MORE = {"amount": "900.00", "currency": "PLN"}
LIMIT = Decimal(500)


def decide(
    aggregate: TicketAggregate, actor: str, reward: Any = MUCH, **told: Any
) -> tuple[bool, bool, Any]:
    """Let an agent decide; whether that moved, whether it waits for another, and the refusal."""
    request_id = f"req-{len(aggregate.ticket.recent_results)}"
    decision = a_decision(request_id=request_id, actor=actor, reward=reward, **told)
    answer = handle_message(aggregate, decision, NOW).result
    assert answer is not None
    return answer.state_changed, answer.awaits_approval, answer.code


def amount_of(aggregate: TicketAggregate) -> str | None:
    """What the ticket would grant."""
    return (
        str(aggregate.ticket.confirmed_amount.amount) if aggregate.ticket.confirmed_amount else None
    )


PROPOSED = (False, True, None)
DONE = (True, False, None)
REFUSED = (False, False, "approval_by_another")


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED, AWAITING])
def test_what_one_agent_proposes_another_approves(state: State) -> None:
    aggregate = an_aggregate(state, promised_amount=None)
    moves = len(aggregate.ticket.transitions)
    assert decide(aggregate, "agent:anna") == PROPOSED
    assert len(aggregate.ticket.transitions) == moves
    assert Attention.APPROVAL_NEEDED in aggregate.ticket.attention
    change_set = aggregate.collect_changes()
    assert change_set.proposal == Proposal(
        amount=Money.model_validate(MUCH), by="agent:anna", at=NOW
    )
    assert (change_set.confirmed_amount, [note.code for note in change_set.messages]) == (
        None,
        ["approval_needed"],
    )
    assert decide(aggregate, "agent:bela") == DONE
    change_set = aggregate.collect_changes()
    assert change_set.confirmed_amount == Money.model_validate(MUCH)
    assert (change_set.proposal, change_set.attention) == (None, ())
    assert change_set.approval == Approval(
        amount=Money.model_validate(MUCH),
        proposed_by="agent:anna",
        approved_by="agent:bela",
        seq=moves + 1,
    )
    assert aggregate.is_settlement_due(FAR)


@pytest.mark.parametrize("again", ["agent:anna", "agent:Anna", "AGENT:ANNA", "anna"])
def test_nobody_approves_what_they_proposed(again: str) -> None:
    """Not the same agent twice, however the name is written, and whatever session it is."""
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, again) == REFUSED
    assert aggregate.ticket.confirmed_amount is None


@pytest.mark.parametrize("actor", ["platform", "platform:shop", "member", "system", "agent:"])
def test_who_is_no_agent_neither_proposes_nor_approves(actor: str) -> None:
    aggregate = an_aggregate()
    assert decide(aggregate, actor) == (False, False, "forbidden")
    assert aggregate.ticket.proposal is None
    decide(aggregate, "agent:anna")
    assert decide(aggregate, actor) == (False, False, "forbidden")
    assert aggregate.ticket.confirmed_amount is None


def test_a_changed_proposal_replaces_the_earlier_one_and_needs_an_approval_of_its_own() -> None:
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, "agent:bela", MORE) == PROPOSED
    assert decide(aggregate, "agent:bela", MORE) == REFUSED
    assert decide(aggregate, "agent:bela", MUCH) == PROPOSED
    assert decide(aggregate, "agent:anna", MUCH) == DONE


def test_a_repeated_request_is_no_approval() -> None:
    aggregate = an_aggregate()
    first = a_decision(request_id="one", actor="agent:anna", reward=MUCH)
    told = handle_message(aggregate, first, NOW).result
    assert handle_message(aggregate, first, NOW).result == told
    assert aggregate.ticket.confirmed_amount is None
    other = first.model_copy(update={"actor": "agent:bela", "caller": "agent:anna"})
    handle_message(aggregate, other, NOW)
    assert aggregate.ticket.confirmed_amount is None


def test_a_proposal_falls_when_the_ticket_moves() -> None:
    """What was proposed was about another moment: a partner's word, or an answer, came between."""
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    handle_message(aggregate, a_question(outcome_id="asks"), NOW)
    assert (aggregate.ticket.proposal, aggregate.ticket.attention) == (None, ())
    assert decide(aggregate, "agent:bela") == PROPOSED


def test_an_amount_within_the_maximum_needs_no_second_agent() -> None:
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, "agent:bela", {"amount": "500.00", "currency": "PLN"}) == DONE
    assert aggregate.ticket.approval is None


def test_a_partners_new_amount_ends_what_two_agents_approved() -> None:
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    decide(aggregate, "agent:anna")
    decide(aggregate, "agent:bela")
    handle_message(aggregate, an_outcome(outcome_id="less", reward=PLN_40), NOW)
    assert amount_of(aggregate) == "40.00"
    handle_message(aggregate, an_outcome(outcome_id="more", reward=MUCH), NOW)
    assert (amount_of(aggregate), aggregate.ticket.approval) == (None, None)
    assert decide(aggregate, "agent:anna") == PROPOSED


def test_an_approved_amount_stays_when_only_its_dates_change() -> None:
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    decide(aggregate, "agent:anna")
    decide(aggregate, "agent:bela")
    handle_message(
        aggregate, an_outcome(outcome_id="later", cancellation_ends_on="2026-12-31"), NOW
    )
    assert aggregate.ticket.confirmed_amount == Money.model_validate(MUCH)
    assert aggregate.ticket.approval


def test_the_settlement_that_finds_no_second_agent_grants_nothing_and_asks() -> None:
    aggregate = an_aggregate(AWAITING)
    foretold = settlement_changes(aggregate.ticket, NOW)[SettlementResult.APPROVAL_NEEDED]
    aggregate.apply_settlement(SettlementResult.APPROVAL_NEEDED, NOW)
    assert (aggregate.ticket.state, aggregate.ticket.granted_amount) == (AWAITING, None)
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(FAR)
    assert (foretold.transitions, foretold.confirmed_amount) == ((), None)
    assert decide(aggregate, "agent:anna", PLN_40) == DONE


AGENTS = st.sampled_from(["agent:anna", "agent:Anna", "agent:bela", "agent:cyn", "platform"])
AMOUNTS = st.sampled_from(
    [None, PLN_40, MUCH, MUCH, MORE, {"amount": "900.00", "currency": "EUR"}]
    + [{"amount": amount, "currency": "PLN"} for amount in ("500.00", "500.01")]
)
CONFIRMS = {
    "deadline": "P14D",
    "on_timeout": "confirm",
    "auto_confirm_max": {"amount": "500.00", "currency": "PLN"},
    "auto_confirm_monthly_cap": {"amount": "900.00", "currency": "PLN"},
}


class TwoAgents(RuleBasedStateMachine):
    """A ticket under decisions, proposals and a partner that changes its mind."""

    @initialize(promised=AMOUNTS, starts_from=st.sampled_from(["order", "activation"]))
    def begin(self, promised: Any, starts_from: str) -> None:
        period = {"period": "P14D", "starts_from": starts_from, "max_period": "P6M"}
        partner = a_partner(cancellation=period, response=CONFIRMS)
        self.aggregate = TicketAggregate(a_new_ticket(partner, promised_amount=promised))
        self.aggregate.open(NOW)
        next_delivery_purpose(self.aggregate)
        handle_message(self.aggregate, Delivered(), NOW)
        self.turn = 0
        self.said: set[tuple[str, str]] = set()

    def next_id(self) -> str:
        self.turn += 1
        return str(self.turn)

    @rule(actor=AGENTS, reward=AMOUNTS, outcome=st.sampled_from(["confirmed"] * 5 + ["rejected"]))
    def somebody_decides(self, actor: str, reward: Any, outcome: str) -> None:
        if reward and outcome == "confirmed":
            self.said.add((actor.casefold(), reward["amount"]))
        request = a_decision(outcome, request_id=self.next_id(), actor=actor, reward=reward)
        handle_message(self.aggregate, request, NOW)

    @rule(one=AGENTS, other=AGENTS, reward=st.sampled_from([MUCH, MORE]))
    def two_decide_for_the_same(self, one: str, other: str, reward: Any) -> None:
        for actor in (one, other):
            self.somebody_decides(actor=actor, reward=reward, outcome="confirmed")

    @rule(
        reward=AMOUNTS,
        ends_on=st.sampled_from([None, "2026-01-01", "2026-12-31"]),
        outcome=st.sampled_from(["confirmed"] * 6 + ["rejected"]),
        hours=st.sampled_from([None, 1, 2, 3]),
    )
    def the_partner_speaks(self, outcome: str, hours: int | None, **told: Any) -> None:
        at = NOW - timedelta(hours=hours) if hours else None
        told = {"reward": told["reward"], "cancellation_ends_on": told["ends_on"]}
        handle_message(
            self.aggregate,
            an_outcome(outcome, outcome_id=self.next_id(), occurred_at=at, **told),
            NOW,
        )

    @rule()
    def the_partner_asks_and_gets_an_answer(self) -> None:
        handle_message(self.aggregate, a_question(outcome_id=self.next_id()), NOW)
        handle_message(self.aggregate, an_answer(request_id=self.next_id()), NOW)

    @rule(over=st.booleans())
    def a_letter_is_in_trouble(self, over: bool) -> None:
        handle_message(
            self.aggregate, AttentionChanged(attention="mail_undeliverable", cleared=over), NOW
        )

    @rule()
    def the_deadline_passes(self) -> None:
        handle_message(self.aggregate, DeadlinePassed(), FAR)
        if auto_confirmable_amount(self.aggregate, FAR):
            apply_response_timeout(self.aggregate, FAR, TimeoutResult.CONFIRMED)

    @rule()
    def the_workflow_continues_as_new(self) -> None:
        self.aggregate.collect_changes()
        self.aggregate = TicketAggregate(
            Ticket.model_validate_json(self.aggregate.ticket.model_dump_json())
        )

    @rule(verdict=st.sampled_from([SettlementResult.GRANTED, SettlementResult.APPROVAL_NEEDED]))
    def the_period_ends(self, verdict: SettlementResult) -> None:
        if self.aggregate.is_settlement_due(FAR):
            self.aggregate.apply_settlement(verdict, FAR)

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
                assert {(one, str(money.amount)) for one in both} <= self.said
                assert len(both) == 2


TestTwoAgents = TwoAgents.TestCase
TestTwoAgents.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
