"""How an approved amount changes."""

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.settlement import SettlementResult
from domain.values.money import Money
from tests.support.builders import (
    NOW,
    PLN_40,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.commands.proposals import (
    AWAITING,
    DONE,
    MUCH_LATER,
    PLN_800,
    PROPOSED,
    decide,
)


def amount_of(aggregate: TicketAggregate) -> str | None:
    """What the ticket would grant."""
    return (
        str(aggregate.ticket.confirmed_amount.amount) if aggregate.ticket.confirmed_amount else None
    )


def test_an_amount_within_the_maximum_needs_no_second_agent() -> None:
    aggregate = an_aggregate()
    decide(aggregate, "agent:anna")
    assert decide(aggregate, "agent:bela", {"amount": "500.00", "currency": "PLN"}) == DONE
    assert aggregate.ticket.approval is None


def test_a_new_amount_of_the_partner_ends_the_approval() -> None:
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    decide(aggregate, "agent:anna")
    decide(aggregate, "agent:bela")
    handle_message(aggregate, an_outcome(outcome_id="less", reward=PLN_40), NOW)
    assert amount_of(aggregate) == "40.00"
    handle_message(aggregate, an_outcome(outcome_id="more", reward=PLN_800), NOW)
    assert (amount_of(aggregate), aggregate.ticket.approval) == (None, None)
    assert decide(aggregate, "agent:anna") == PROPOSED


def test_an_approved_amount_stays_when_only_its_dates_change() -> None:
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    decide(aggregate, "agent:anna")
    decide(aggregate, "agent:bela")
    handle_message(
        aggregate, an_outcome(outcome_id="later", cancellation_ends_on="2026-12-31"), NOW
    )
    assert aggregate.ticket.confirmed_amount == Money.model_validate(PLN_800)
    assert aggregate.ticket.approval


def test_a_settlement_without_a_second_agent_grants_nothing_and_raises_attention() -> None:
    aggregate = an_aggregate(AWAITING)
    predicted = settlement_changes(aggregate.ticket, NOW)[SettlementResult.APPROVAL_NEEDED]
    aggregate.apply_settlement(SettlementResult.APPROVAL_NEEDED, NOW)
    assert (aggregate.ticket.state, aggregate.ticket.granted_amount) == (AWAITING, None)
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(MUCH_LATER)
    assert (predicted.transitions, predicted.confirmed_amount) == ((), None)
    assert decide(aggregate, "agent:anna", PLN_40) == DONE
