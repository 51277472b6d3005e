"""Questions without an answer in time."""

from datetime import timedelta

import pytest

from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    a_partner,
    a_question,
    an_aggregate,
    an_answer,
)
from tests.unit.domain.handlers.information.open_questions import (
    DAY,
    INFORMATION_REQUESTED,
    MEMBERS_TIME,
    SENT,
    queued_emails,
)

WITH_REMINDERS = {"deadline": "P14D", "reminders": ["P7D", "P12D"], "on_timeout": "send"}


@pytest.mark.parametrize(("on_timeout", "state"), [("send", SENT), ("reject", State.REJECTED)])
def test_without_an_answer_in_time_the_claim_is_sent_or_rejected_as_the_profile_says(
    on_timeout: str, state: State
) -> None:
    """R34: sent as it is, or rejected with a reason code."""
    aggregate = an_aggregate(
        INFORMATION_REQUESTED, a_partner(information={"deadline": "P14D", "on_timeout": on_timeout})
    )
    result = handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    (transition,) = aggregate.collect_changes().transitions
    assert (transition.event, transition.to, transition.actor) == (
        Event.INFORMATION_NOT_PROVIDED,
        state,
        "system",
    )
    if state is SENT:
        assert result.delivery_purpose == "information-1"
        assert aggregate.ticket.due_at == NOW + 2 * MEMBERS_TIME
    else:
        assert result.delivery_purpose is None
        assert (aggregate.ticket.reason_code, aggregate.ticket.due_at) == ("no_answer", None)


def test_the_member_is_reminded_before_the_deadline_and_not_after() -> None:
    """R34: the same questions, each e-mail with a separate key."""
    aggregate = an_aggregate(INFORMATION_REQUESTED, a_partner(information=WITH_REMINDERS))
    sent = []
    for day in range(14):
        while not handle_message(
            aggregate, DeadlinePassed(), NOW + day * DAY + timedelta(hours=1)
        ).is_log_only:
            sent += [(day, email) for email in queued_emails(aggregate)]
    assert [day for day, _ in sent] == [7, 12]
    assert {email.kind for _, email in sent} == {EmailKind.INFORMATION_NEEDED}
    assert [email.params["questions"] for _, email in sent] == [["When?"], ["When?"]]
    assert len({email.key for _, email in sent}) == 2
    handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert (aggregate.ticket.state, queued_emails(aggregate)) == (SENT, [])


def test_a_question_after_the_deadline_keeps_the_attention_for_the_partner() -> None:
    """R31: its time is over, so no timer would fire for the ticket."""
    aggregate = an_aggregate()
    handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    handle_message(aggregate, a_question(), NOW + 20 * DAY)
    assert list(aggregate.ticket.attention) == []
    apply_information(aggregate, an_answer(), NOW + 21 * DAY)
    assert (aggregate.ticket.state, aggregate.ticket.due_at) == (SENT, None)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
