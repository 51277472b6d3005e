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
EMAIL = OutgoingEmail(
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
    """A claim whose refusal admission has stored."""
    return RefusedClaim(NUMBER, Admission(result=result, digest=""))


def test_a_refused_claim_has_no_pending_changes() -> None:
    """R22, R23: admission has stored it."""
    refused = a_refused_claim()
    assert (refused.has_pending_changes, refused.reason_code) == (False, "incomplete")
    assert a_refused_claim(RESULT.model_copy(update={"reasons": ()})).reason_code is None


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_any_message_to_a_refused_claim_is_logged_and_makes_no_transition(message: Message) -> None:
    """R23: its first reason stays, and no answer opens a ticket."""
    refused = a_refused_claim()
    refused.log_message(message, NOW, unknown=("colour",))
    assert refused.has_pending_changes
    change_set = refused.collect_changes()
    (entry,) = change_set.messages
    assert (entry.code, entry.at, entry.seq) == ("action_not_allowed", NOW, None)
    assert entry.body["unknown_fields"] == ["colour"]
    assert (change_set.number, change_set.state, change_set.reason_code) == (
        NUMBER,
        State.DISCARDED,
        "incomplete",
    )
    assert (change_set.transitions, change_set.results, change_set.emails) == ((), (), ())
    assert not refused.has_pending_changes


def test_a_queued_email_is_stored_once() -> None:
    """R23."""
    refused = a_refused_claim()
    refused.queue_emails((EMAIL,))
    assert refused.collect_changes().emails == (EMAIL,)
    assert not refused.has_pending_changes
    assert refused.collect_changes().emails == ()


def test_a_refusal_without_an_email_has_no_pending_changes() -> None:
    refused = a_refused_claim()
    refused.queue_emails(())
    assert not refused.has_pending_changes


def test_an_email_that_fails_raises_attention_until_it_is_cleared() -> None:
    """R28: it may be the e-mail with the result of the claim."""
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
    refused.log_message(AttentionChanged(attention="never_raised", cleared=True), NOW)
    assert refused.collect_changes().attention == ("mail_undeliverable",)


def test_attention_stays_when_messages_are_logged() -> None:
    refused = a_refused_claim()
    refused.log_message(AttentionChanged(attention="mail_undeliverable"), NOW)
    refused.collect_changes()
    refused.log_message(a_withdrawal(), NOW)
    assert refused.collect_changes().attention == ("mail_undeliverable",)


def test_versions_continue_after_that_of_admission() -> None:
    """A late change set never overwrites a newer one."""
    refused = a_refused_claim()
    versions = []
    for attempt in range(3):
        refused.log_message(an_outcome(outcome_id=str(attempt)), NOW)
        versions.append(refused.collect_changes().version)
    assert versions == [2, 3, 4]
