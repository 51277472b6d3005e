"""A claim that was not accepted, while its workflow lasts."""

from datetime import timedelta

import pytest

from domain.admission.admission import Admission, AdmissionResult, CodedReason
from domain.admission.refused_claim import RefusedClaim
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.tickets.messages.internal import AttentionChanged, DeadlinePassed, InvalidMessage
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    NUMBER,
    a_decision,
    a_question,
    a_withdrawal,
    an_answer,
    an_outcome,
)

RESULT = AdmissionResult(
    status="discarded",
    number=NUMBER,
    state=State.DISCARDED,
    reasons=(CodedReason(code="incomplete", field="order_number"), CodedReason(code="too_late")),
)
LETTER = OutgoingEmail(
    key="1-claim_not_accepted", kind=EmailKind.CLAIM_NOT_ACCEPTED, language="pl", params={}
)
MESSAGES: list[Message] = [
    an_outcome(),
    a_question(),
    RewardRegistered(reward_id="rew-9"),
    a_withdrawal(),
    a_decision("rejected"),
    an_answer(),
    InvalidMessage(message="partner_outcome", problems={"": "expected a JSON object"}),
    DeadlinePassed(),
]


def a_refused_claim(result: AdmissionResult = RESULT) -> RefusedClaim:
    """A claim whose trace has been left."""
    return RefusedClaim(NUMBER, Admission(result=result, digest=""))


def test_a_refused_claim_has_nothing_to_write_but_what_comes() -> None:
    """R22, R23: its trace was left by admission."""
    refused = a_refused_claim()
    assert (refused.has_pending_changes, refused.reason_code) == (False, "incomplete")
    assert a_refused_claim(RESULT.model_copy(update={"reasons": ()})).reason_code is None


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_whatever_comes_for_a_refused_claim_is_kept_and_moves_nothing(message: Message) -> None:
    """R23: it says why; its first reason stays, and no answer opens a ticket."""
    refused = a_refused_claim()
    refused.log_message(message, NOW, unknown=("colour",))
    assert refused.has_pending_changes
    change_set = refused.collect_changes()
    (note,) = change_set.messages
    assert (note.code, note.at, note.seq) == ("action_not_allowed", NOW, None)
    assert note.body["unknown_fields"] == ["colour"]
    assert (change_set.number, change_set.state, change_set.reason_code) == (
        NUMBER,
        State.DISCARDED,
        "incomplete",
    )
    assert (change_set.transitions, change_set.results, change_set.emails) == ((), (), ())
    assert not refused.has_pending_changes


def test_a_letter_that_is_owed_is_written_down_once() -> None:
    """R23."""
    refused = a_refused_claim()
    refused.queue_emails((LETTER,))
    assert refused.collect_changes().emails == (LETTER,)
    assert not refused.has_pending_changes
    assert refused.collect_changes().emails == ()


def test_a_refusal_that_came_in_time_owes_nothing() -> None:
    refused = a_refused_claim()
    refused.queue_emails(())
    assert not refused.has_pending_changes


def test_a_letter_in_trouble_asks_for_attention_until_it_is_over() -> None:
    """R28: the answer may be the letter that could not be delivered."""
    refused = a_refused_claim()
    for attention in ("mail_retrying", "mail_undeliverable"):
        refused.log_message(AttentionChanged(attention=attention), NOW)
    assert refused.has_pending_changes
    change_set = refused.collect_changes()
    assert (change_set.attention, change_set.messages) == (
        ("mail_retrying", "mail_undeliverable"),
        (),
    )
    refused.log_message(
        AttentionChanged(attention="mail_retrying", cleared=True), NOW + timedelta(hours=1)
    )
    refused.log_message(AttentionChanged(attention="never_heard_of", cleared=True), NOW)
    assert refused.collect_changes().attention == ("mail_undeliverable",)


def test_attention_stays_while_notes_are_written() -> None:
    refused = a_refused_claim()
    refused.log_message(AttentionChanged(attention="mail_undeliverable"), NOW)
    refused.collect_changes()
    refused.log_message(a_withdrawal(), NOW)
    assert refused.collect_changes().attention == ("mail_undeliverable",)


def test_writings_are_counted_on_from_the_trace() -> None:
    """A late writing never overwrites a newer one."""
    refused = a_refused_claim()
    counted = []
    for turn in range(3):
        refused.log_message(an_outcome(outcome_id=str(turn)), NOW)
        counted.append(refused.collect_changes().version)
    assert counted == [2, 3, 4]
