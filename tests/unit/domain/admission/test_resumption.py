"""Resumption: a ticket restored from the database."""

from typing import Any

from domain.admission.admission import Admission, AdmissionResult
from domain.admission.resumption import Resumption, restore_ticket
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.transition import Transition
from domain.tickets.states import Event, State
from tests.support.builders import NOW, NUMBER, a_new_ticket, an_aggregate, an_outcome


def admission_of(aggregate: TicketAggregate) -> Admission:
    """The stored admission of the ticket of `aggregate`."""
    result = AdmissionResult(status="accepted", number=NUMBER, state=State.VALIDATED)
    return Admission(result=result, digest="d" * 64, ticket=aggregate.ticket)


def row_of(transition: Transition) -> dict[str, Any]:
    """A transition as its row."""
    return transition.model_dump(by_alias=False, exclude={"to"}) | {"to_state": transition.to}


def resume(aggregate: TicketAggregate, change_set: ChangeSet, **changes: Any) -> Resumption:
    """The ticket of `aggregate` as a new run resumes it after `change_set`."""
    rows = {"transitions": [row_of(transition) for transition in aggregate.ticket.transitions]}
    row = {
        "admission": admission_of(aggregate).model_dump(mode="json"),
        "resume_state": change_set.resume_state,
        "resumptions": 1,
        "version": change_set.version,
    }
    return restore_ticket(row, **({"results": [], "messages": [], "emails": []} | rows | changes))


def test_a_resumed_run_handles_an_outcome_that_came_before_the_acknowledgement() -> None:
    """The first delivery is counted after admission; the partner may already have the claim."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW)
    resumption = resume(aggregate, aggregate.collect_changes())
    assert resumption.delivery_purpose == "claim"
    resumed = TicketAggregate(resumption.ticket)
    handle_message(resumed, an_outcome(), NOW)
    assert resumed.ticket.state is State.AWAITING_CANCELLATION_PERIOD


def test_texts_of_people_are_not_passed_to_a_resumed_run() -> None:
    """Fifty questions and answers would exceed Temporal's payload limit: no run could start."""
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    text = "\U0001f600" * 4000
    params = {"questions": [text, text]}
    unsent = {"key": "4-information_needed", "kind": "information_needed", "language": "pl"}
    aggregate.apply_transition(Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, NOW, note=text)
    change_set = aggregate.collect_changes()
    transitions = [row_of(transition) | {"note": text} for transition in change_set.transitions]
    resumption = resume(
        aggregate, change_set, transitions=transitions, emails=[unsent | {"params": params}]
    )
    assert resumption.ticket.state is State.SENT_TO_PARTNER
    assert [email.key for email in resumption.emails] == ["4-information_needed"]
    assert "\U0001f600" not in resumption.model_dump_json()
