"""The parameters of e-mails."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.handlers.message_handling import handle_message
from domain.handlers.response_timeout import apply_response_timeout
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    EmailKind,
    OutgoingEmail,
)
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.tickets.emails.queued_emails import AWAITING, queued_emails


def only_email(aggregate: TicketAggregate) -> OutgoingEmail:
    """The one e-mail queued since the last change set."""
    (email,) = queued_emails(aggregate)
    return email


def test_an_accepted_claim_is_confirmed_by_email() -> None:
    """R26, R27, R28."""
    aggregate = TicketAggregate(a_new_ticket(language="de"))
    aggregate.open(NOW)
    email = only_email(aggregate)
    assert (email.kind, email.language) == (EmailKind.CONFIRMATION, "de")
    assert email.params == {"held_until": None, "answer_by": "2026-11-03"}


def test_a_held_claim_is_confirmed_with_its_date_in_the_markets_time_zone() -> None:
    """R26, R28: one e-mail for both transitions; none at the end of the hold."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW, held_until=NOW + timedelta(days=7))
    assert only_email(aggregate).params == {
        "held_until": "2026-10-27T13:00:00+01:00",
        "answer_by": "2026-11-10",
    }
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, NOW + timedelta(days=7))
    assert queued_emails(aggregate) == []


def test_a_confirmation_names_the_due_date_and_the_amount() -> None:
    """R33, R34: the date by the market's calendar."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(cancellation_ends_on="2026-11-29"), NOW)
    email = only_email(aggregate)
    assert email.kind is EmailKind.PARTNER_CONFIRMED
    assert email.params == {
        "due_on": "2026-11-30",
        "amount": PLN_40,
        "decided_by": "partner",
        "is_update": False,
    }


@pytest.mark.parametrize(
    ("promised", "starts_from", "amount"),
    [(None, "order", None), (PLN_40, "activation", PLN_40)],
)
def test_a_confirmation_that_needs_a_person_promises_no_date(
    promised: Any, starts_from: str, amount: Any
) -> None:
    """R34."""
    terms = {"period": "P14D", "starts_from": starts_from, "max_period": "P6M"}
    aggregate = an_aggregate(partner=a_partner(cancellation=terms), promised_amount=promised)
    handle_message(aggregate, an_outcome(), NOW)
    params = only_email(aggregate).params
    assert (params["due_on"], params["amount"]) == (None, amount)


def test_a_rejection_names_its_reason() -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("rejected", reason_code="not_new_customer"), NOW)
    assert only_email(aggregate).params["reason_code"] == "not_new_customer"


def test_a_granted_reward_is_announced_with_its_amount() -> None:
    """R34."""
    aggregate = an_aggregate(AWAITING)
    aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
    email = only_email(aggregate)
    assert (email.kind, email.params["amount"]) == (EmailKind.RESOLVED, PLN_40)


def test_a_message_without_a_transition_sends_no_email() -> None:
    """R34: one per event."""
    aggregate = an_aggregate(AWAITING)
    for outcome in (an_outcome("confirmed"), an_outcome("rejected"), an_outcome("confirmed")):
        handle_message(aggregate, outcome, NOW)
    assert queued_emails(aggregate) == []


def test_the_day_of_the_answer_is_that_of_the_markets_calendar() -> None:
    """R31: at half past midnight there, it is still the day before in UTC."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(datetime(2026, 10, 19, 22, 30, tzinfo=UTC))
    assert only_email(aggregate).params["answer_by"] == "2026-11-03"


def test_an_agents_decision_while_waiting_announces_the_amount_and_the_date() -> None:
    """R34: the first e-mail named no amount; this one says that it is news about the first."""
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    handle_message(aggregate, a_decision(reward=PLN_40), NOW)
    email = only_email(aggregate)
    assert email.kind is EmailKind.PARTNER_CONFIRMED
    assert email.params == {
        "due_on": "2026-10-20",
        "amount": PLN_40,
        "decided_by": "customer_service",
        "is_update": True,
    }


@pytest.mark.parametrize(
    ("message", "decided_by"),
    [
        (an_outcome("rejected"), "partner"),
        (a_decision("rejected"), "customer_service"),
    ],
)
def test_a_rejection_says_truly_who_decided(message: Any, decided_by: str) -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, message, NOW)
    assert only_email(aggregate).params["decided_by"] == decided_by


def test_a_rejection_by_a_deadline_names_whose_deadline_it_was() -> None:
    """The member must not think that it was theirs."""
    partner = a_partner(response={"deadline": "P14D", "on_timeout": "reject"})
    silent = an_aggregate(partner=partner)
    apply_response_timeout(silent, NOW)
    assert only_email(silent).params["decided_by"] == "partner_deadline"
    settled = an_aggregate(AWAITING)
    settled.apply_settlement(SettlementResult.TERMS_NOT_MET, NOW)
    assert only_email(settled).params["decided_by"] == "records"
