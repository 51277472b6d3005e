"""A ticket restored from the database for a new run of its workflow."""

import dataclasses
from typing import Any

from domain.admission.admission import Admission, AdmissionResult
from domain.admission.resumption import Resumption, StoredTicket, restore_ticket
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.tickets.states import Event, State
from tests.support.builders import NOW, NUMBER, a_new_ticket, an_aggregate, an_outcome


def stored_admission(aggregate: TicketAggregate) -> Admission:
    """The stored admission of the ticket of `aggregate`."""
    result = AdmissionResult(status="accepted", number=NUMBER, state=State.VALIDATED)
    return Admission(result=result, digest="d" * 64, ticket=aggregate.ticket)


def restored(aggregate: TicketAggregate, change_set: ChangeSet, **changes: Any) -> Resumption:
    """The ticket of `aggregate` as a new run restores it after `change_set`."""
    assert change_set.resume_state is not None
    stored = StoredTicket(
        admission=stored_admission(aggregate),
        resume_state=change_set.resume_state,
        resumptions=1,
        version=change_set.version,
        transitions=aggregate.ticket.transitions,
        results=(),
        messages=(),
        unsent_emails=(),
    )
    return restore_ticket(dataclasses.replace(stored, **changes))


def test_the_new_run_accepts_the_outcome_of_a_partner_that_has_not_acknowledged_the_claim() -> None:
    """The first delivery is counted after admission is stored; the partner may have the claim."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW)
    resumption = restored(aggregate, aggregate.collect_changes())
    assert resumption.delivery_purpose == "claim"
    again = TicketAggregate(resumption.ticket)
    handle_message(again, an_outcome(), NOW)
    assert again.ticket.state is State.AWAITING_CANCELLATION_PERIOD


def test_texts_of_people_are_not_passed_to_the_new_run() -> None:
    """Fifty questions and answers exceed Temporal's payload limit: the ticket would stay lost."""
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    text = "\U0001f600" * 4000
    unsent = OutgoingEmail(
        key="4-information_needed",
        kind=EmailKind.INFORMATION_NEEDED,
        language="pl",
        params={"questions": [text, text]},
    )
    aggregate.apply_transition(Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, NOW, note=text)
    change_set = aggregate.collect_changes()
    transitions = [one.model_copy(update={"note": text}) for one in change_set.transitions]
    resumption = restored(aggregate, change_set, transitions=transitions, unsent_emails=[unsent])
    assert resumption.ticket.state is State.SENT_TO_PARTNER
    assert [email.key for email in resumption.emails] == ["4-information_needed"]
    assert "\U0001f600" not in resumption.model_dump_json()
