"""Amounts above the maximum need a second agent."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import Attention
from domain.tickets.states import State
from domain.values.money import Money
from tests.support.builders import (
    NOW,
    a_decision,
    a_question,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.proposals import (
    AWAITING,
    DONE,
    FAR,
    MORE,
    MUCH,
    PROPOSED,
    decide,
)

REFUSED = (False, False, "approval_by_another")


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED, AWAITING])
def test_what_one_agent_proposes_another_approves(state: State) -> None:
    aggregate = an_aggregate(state, promised_amount=None)
    transitions = len(aggregate.ticket.transitions)
    assert decide(aggregate, "agent:anna") == PROPOSED
    assert len(aggregate.ticket.transitions) == transitions
    assert Attention.APPROVAL_NEEDED in aggregate.ticket.attention
    change_set = aggregate.collect_changes()
    assert change_set.proposal == Proposal(
        amount=Money.model_validate(MUCH), by="agent:anna", at=NOW
    )
    assert (change_set.confirmed_amount, [entry.code for entry in change_set.messages]) == (
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
        seq=transitions + 1,
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
    first_result = handle_message(aggregate, first, NOW).result
    assert handle_message(aggregate, first, NOW).result == first_result
    assert aggregate.ticket.confirmed_amount is None
    other = first.model_copy(update={"actor": "agent:bela", "caller": "agent:anna"})
    handle_message(aggregate, other, NOW)
    assert aggregate.ticket.confirmed_amount is None


def test_a_transition_drops_the_proposal() -> None:
    """What was proposed was about another moment: a partner's word, or an answer, came between."""
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    handle_message(aggregate, a_question(outcome_id="asks"), NOW)
    assert (aggregate.ticket.proposal, aggregate.ticket.attention) == (None, ())
    assert decide(aggregate, "agent:bela") == PROPOSED
