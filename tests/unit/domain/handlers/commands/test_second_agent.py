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
    MUCH_LATER,
    PLN_800,
    PLN_900,
    PROPOSED,
    decide,
)

REFUSED = (False, False, "approval_by_another")


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED, AWAITING])
def test_an_amount_proposed_by_one_agent_is_approved_by_another(state: State) -> None:
    aggregate = an_aggregate(state, promised_amount=None)
    transitions = len(aggregate.ticket.transitions)
    assert decide(aggregate, "agent:anna") == PROPOSED
    assert len(aggregate.ticket.transitions) == transitions
    assert Attention.APPROVAL_NEEDED in aggregate.ticket.attention
    change_set = aggregate.collect_changes()
    assert change_set.proposal == Proposal(
        amount=Money.model_validate(PLN_800), by="agent:anna", at=NOW
    )
    assert (change_set.confirmed_amount, [entry.code for entry in change_set.messages]) == (
        None,
        ["approval_needed"],
    )
    assert decide(aggregate, "agent:bela") == DONE
    change_set = aggregate.collect_changes()
    assert change_set.confirmed_amount == Money.model_validate(PLN_800)
    assert (change_set.proposal, change_set.attention) == (None, ())
    assert change_set.approval == Approval(
        amount=Money.model_validate(PLN_800),
        proposed_by="agent:anna",
        approved_by="agent:bela",
        seq=transitions + 1,
    )
    assert aggregate.is_settlement_due(MUCH_LATER)


@pytest.mark.parametrize("same_agent", ["agent:anna", "agent:Anna", "AGENT:ANNA", "anna"])
def test_an_agent_cannot_approve_its_own_proposal(same_agent: str) -> None:
    """However the name is written, and in any session."""
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, same_agent) == REFUSED
    assert aggregate.ticket.confirmed_amount is None


@pytest.mark.parametrize("actor", ["platform", "platform:shop", "member", "system", "agent:"])
def test_only_agents_propose_and_approve(actor: str) -> None:
    aggregate = an_aggregate()
    assert decide(aggregate, actor) == (False, False, "forbidden")
    assert aggregate.ticket.proposal is None
    decide(aggregate, "agent:anna")
    assert decide(aggregate, actor) == (False, False, "forbidden")
    assert aggregate.ticket.confirmed_amount is None


def test_a_changed_proposal_replaces_the_earlier_one_and_needs_a_new_approval() -> None:
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, "agent:bela", PLN_900) == PROPOSED
    assert decide(aggregate, "agent:bela", PLN_900) == REFUSED
    assert decide(aggregate, "agent:bela", PLN_800) == PROPOSED
    assert decide(aggregate, "agent:anna", PLN_800) == DONE


def test_a_repeated_request_is_no_approval() -> None:
    aggregate = an_aggregate()
    first = a_decision(request_id="one", actor="agent:anna", reward=PLN_800)
    first_result = handle_message(aggregate, first, NOW).result
    assert handle_message(aggregate, first, NOW).result == first_result
    assert aggregate.ticket.confirmed_amount is None
    other = first.model_copy(update={"actor": "agent:bela", "caller": "agent:anna"})
    handle_message(aggregate, other, NOW)
    assert aggregate.ticket.confirmed_amount is None


def test_a_transition_drops_the_proposal() -> None:
    """It was made before the partner's outcome or the member's answer."""
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    handle_message(aggregate, a_question(outcome_id="asks"), NOW)
    assert (aggregate.ticket.proposal, aggregate.ticket.attention) == (None, ())
    assert decide(aggregate, "agent:bela") == PROPOSED
