"""Which move earns which letter, once, and with all that its template needs (R26-R28, R34)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.email.renderer import LetterBook
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    EmailKind,
    OutgoingEmail,
    email_for_transition,
    select_language,
)
from domain.tickets.messages.commands import Decision
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.support.builders import (
    NOW,
    NUMBER,
    PLN_40,
    a_decision,
    a_new_ticket,
    a_partner,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
TABLE: dict[EmailKind, set[tuple[Event, State]]] = {
    EmailKind.CONFIRMATION: {(Event.CLAIM_ACCEPTED, State.VALIDATED)},
    EmailKind.INFORMATION_NEEDED: {(Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED)},
    EmailKind.PARTNER_CONFIRMED: {
        (event, AWAITING)
        for event in (Event.PARTNER_CONFIRMED, Event.PARTNER_SILENT, Event.DECIDED)
    },
    EmailKind.REJECTED: {
        (event, State.REJECTED)
        for event in (
            Event.PARTNER_REJECTED,
            Event.ORDER_CANCELLED,
            Event.INFORMATION_NOT_PROVIDED,
            Event.PARTNER_SILENT,
            Event.DECIDED,
            Event.HOLD_RELEASED,
            Event.CANCELLATION_PERIOD_ENDED,
        )
    },
    EmailKind.RESOLVED: {(Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED)},
    EmailKind.REWARD_REGISTERED: {
        (Event.REWARD_REGISTERED, State.RESOLVED),
        (Event.HOLD_RELEASED, State.RESOLVED),
    },
    EmailKind.WITHDRAWN: {(Event.WITHDRAWN, State.WITHDRAWN)},
}
NEWS = {pair: kind for kind, pairs in TABLE.items() for pair in pairs}


@pytest.mark.parametrize(("event", "source", "target"), TRANSITIONS)
def test_each_move_earns_the_letter_of_the_table_or_none(
    event: Event, source: State, target: State
) -> None:
    """R26, R27, R28, R34: and none where the member learns nothing new."""
    repeated = source is target and event is Event.PARTNER_SILENT
    expected = None if repeated else NEWS.get((event, target))
    assert email_for_transition(event, source, target) is expected


def letters(aggregate: TicketAggregate) -> list[OutgoingEmail]:
    """The letters earned since the last writing."""
    return list(aggregate.collect_changes().emails)


def only(aggregate: TicketAggregate) -> OutgoingEmail:
    """The one letter earned since the last writing."""
    (letter,) = letters(aggregate)
    return letter


def test_an_accepted_claim_is_confirmed_by_mail() -> None:
    """R26, R27, R28."""
    aggregate = TicketAggregate(a_new_ticket(language="de"))
    aggregate.open(NOW)
    letter = only(aggregate)
    assert (letter.kind, letter.language) == (EmailKind.CONFIRMATION, "de")
    assert letter.params == {"held_until": None, "answer_by": "2026-11-03"}


def test_a_held_claim_is_confirmed_with_its_date_by_the_markets_clock() -> None:
    """R26, R28: one letter for both moves; none when the hold ends."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW, held_until=NOW + timedelta(days=7))
    assert only(aggregate).params == {
        "held_until": "2026-10-27T13:00:00+01:00",
        "answer_by": "2026-11-10",
    }
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, NOW + timedelta(days=7))
    assert letters(aggregate) == []


def test_a_confirmation_tells_when_the_reward_is_due_and_how_much() -> None:
    """R33, R34: the date by the market's calendar."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(cancellation_ends_on="2026-11-29"), NOW)
    letter = only(aggregate)
    assert letter.kind is EmailKind.PARTNER_CONFIRMED
    assert letter.params == {"due_on": "2026-11-30", "amount": PLN_40}


@pytest.mark.parametrize(
    ("promised", "starts_from", "amount"),
    [(None, "order", None), (PLN_40, "activation", PLN_40)],
)
def test_a_confirmation_that_a_person_must_look_at_promises_no_date(
    promised: Any, starts_from: str, amount: Any
) -> None:
    """R34."""
    terms = {"period": "P14D", "starts_from": starts_from, "max_period": "P6M"}
    aggregate = an_aggregate(partner=a_partner(cancellation=terms), promised_amount=promised)
    handle_message(aggregate, an_outcome(), NOW)
    assert only(aggregate).params == {"due_on": None, "amount": amount}


def test_a_rejection_tells_its_reason() -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("rejected", reason_code="not_new_customer"), NOW)
    assert only(aggregate).params["reason_code"] == "not_new_customer"


def test_a_granted_reward_is_told_with_its_amount() -> None:
    """R34."""
    aggregate = an_aggregate(AWAITING)
    aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
    letter = only(aggregate)
    assert (letter.kind, letter.params["amount"]) == (EmailKind.RESOLVED, PLN_40)


def test_a_message_that_moves_nothing_earns_no_letter() -> None:
    """R34: one per event."""
    aggregate = an_aggregate(AWAITING)
    for outcome in (an_outcome("confirmed"), an_outcome("rejected"), an_outcome("confirmed")):
        handle_message(aggregate, outcome, NOW)
    assert letters(aggregate) == []


def test_the_day_of_the_answer_is_that_of_the_markets_calendar() -> None:
    """R31: half past eleven in the evening there, the day before in Greenwich."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(datetime(2026, 10, 19, 22, 30, tzinfo=UTC))
    assert only(aggregate).params["answer_by"] == "2026-11-03"


def test_an_agents_decision_while_waiting_tells_what_the_confirmation_left_open() -> None:
    """R34: the first letter could name no amount."""
    aggregate = an_aggregate(AWAITING, promised_amount=None)
    handle_message(aggregate, a_decision(reward=PLN_40), NOW)
    letter = only(aggregate)
    assert letter.kind is EmailKind.PARTNER_CONFIRMED
    assert letter.params == {"due_on": "2026-10-20", "amount": PLN_40}


def test_the_keys_of_a_tickets_letters_are_unique() -> None:
    """R28: never twice to a mail server that honours Message-ID."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW, held_until=NOW)
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, NOW)
    handle_message(aggregate, a_decision(), NOW)
    aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
    keys = [letter.key for letter in letters(aggregate)]
    assert len(keys) == len(set(keys)) == 3


@pytest.mark.parametrize(
    ("wanted", "market", "language"),
    [("de", "pl", "de"), ("fr", "pl", "pl"), (None, "de", "de"), ("", "en", "en")],
)
def test_a_letter_is_in_the_members_language_or_the_markets(
    wanted: str | None, market: str, language: str
) -> None:
    assert select_language(wanted, market) == language


def every_letter() -> list[OutgoingEmail]:
    """One letter of each way that a ticket can go."""
    held = TicketAggregate(a_new_ticket())
    held.open(NOW, held_until=NOW)
    ways = [held]
    for found in (HoldReleaseResult.REWARD_REGISTERED, HoldReleaseResult.TERMS_NOT_MET):
        way = an_aggregate(State.ON_HOLD)
        way.apply_release(found, NOW)
        ways.append(way)
    for verdict in SettlementResult:
        way = an_aggregate(AWAITING)
        way.apply_settlement(verdict, NOW)
        ways.append(way)
    rejected: Decision = a_decision("rejected")
    messages = (
        a_withdrawal(),
        rejected,
        a_decision(),
        an_outcome(),
        an_outcome("rejected"),
        a_question(),
        a_question(questions=[], note="Which colour?"),
    )
    for message in messages:
        way = an_aggregate()
        handle_message(way, message, NOW)
        ways.append(way)
    return [letter for way in ways for letter in letters(way)]


@pytest.mark.parametrize("letter", every_letter(), ids=lambda letter: letter.key)
@pytest.mark.parametrize("language", ["pl", "de", "en"])
def test_every_letter_earned_has_all_that_its_template_needs(
    letter: OutgoingEmail, language: str
) -> None:
    """R27, R28, R34: the number stands in subject and body."""
    book = LetterBook("service@example.com")
    everywhere = {"number": NUMBER, "partner_name": "VeloTel", "member_name": "Jan Kowalski"}
    written = book.render(letter.kind, language, everywhere | letter.params)
    assert NUMBER in written.subject
    assert NUMBER in written.text
    assert NUMBER in written.html
