"""Changes of the amount during the cancellation period."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.states import Event
from tests.support.builders import (
    a_decision,
    an_outcome,
)
from tests.unit.domain.handlers.outcomes.confirmed_tickets import (
    AWAITING,
    ENDS,
    LATER,
    MUCH_LATER,
    amount,
    confirmed,
    midnight,
    pln,
)


@pytest.mark.parametrize("stated", ["12.00", "55.50", "500.00", "0.01"])
def test_a_changed_amount_replaces_the_confirmed_one(stated: str) -> None:
    """As after a partial return: with a transition, and an e-mail to the member with amount and
    date.
    """
    aggregate = confirmed(**ENDS)
    handle_message(aggregate, an_outcome(reward=pln(stated), note="one of two came back"), LATER)
    change_set = aggregate.collect_changes()
    transition = change_set.transitions[-1]
    assert (transition.event, transition.from_state, transition.to) == (
        Event.PARTNER_CONFIRMED,
        AWAITING,
        AWAITING,
    )
    assert (transition.actor, transition.note) == ("partner:velotel", "one of two came back")
    assert change_set.confirmed_amount is not None
    assert str(change_set.confirmed_amount.amount) == stated
    (email,) = change_set.emails
    assert email.kind is EmailKind.PARTNER_CONFIRMED
    assert (email.params["due_on"], email.params["amount"]) == ("2026-12-01", pln(stated))
    assert email.params["is_update"]
    assert change_set.cancellation_ends_at == midnight(2026, 12, 1)
    assert aggregate.is_settlement_due(MUCH_LATER)


@pytest.mark.parametrize(
    "stated", [pln("500.01"), pln("0.00"), {"amount": "12.00", "currency": "EUR"}]
)
def test_an_invalid_new_amount_waits_for_a_person_and_the_old_one_is_not_granted(
    stated: dict[str, str],
) -> None:
    aggregate = confirmed(**ENDS)
    handle_message(aggregate, an_outcome(reward=stated), LATER)
    assert amount(aggregate.ticket) is None
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(MUCH_LATER)
    handle_message(aggregate, a_decision(reward=pln("12.00")), LATER)
    assert amount(aggregate.ticket) == "12.00"
    assert aggregate.is_settlement_due(MUCH_LATER)


def test_a_valid_amount_replaces_an_invalid_one() -> None:
    aggregate = confirmed(reward=pln("900.00"), **ENDS)
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    handle_message(aggregate, an_outcome(reward=pln("90.00")), LATER)
    assert (amount(aggregate.ticket), aggregate.ticket.attention) == ("90.00", ())
    assert aggregate.is_settlement_due(MUCH_LATER)
