"""A ticket taken up again, as the domain puts it together from what the database keeps."""

from typing import Any

from domain.admission.admission import Admission, AdmissionResult
from domain.admission.resumption import Resumption, restore_ticket
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.transition import Transition
from domain.tickets.states import Event, State
from tests.support.builders import NOW, NUMBER, a_new_ticket, an_aggregate, an_outcome


def admitted(aggregate: TicketAggregate) -> Admission:
    """What admission kept of the ticket of `aggregate`."""
    result = AdmissionResult(status="accepted", number=NUMBER, state=State.VALIDATED)
    return Admission(result=result, digest="d" * 64, ticket=aggregate.ticket)


def rows_of(move: Transition) -> dict[str, Any]:
    """A move as its row."""
    return move.model_dump(by_alias=False, exclude={"to"}) | {"to_state": move.to}


def taken_up(aggregate: TicketAggregate, change_set: ChangeSet, **changes: Any) -> Resumption:
    """The ticket of `aggregate` as a new run takes it up after `change_set`."""
    rows = {"transitions": [rows_of(move) for move in aggregate.ticket.transitions]}
    row = {
        "admission": admitted(aggregate).model_dump(mode="json"),
        "resume_state": change_set.resume_state,
        "resumptions": 1,
        "version": change_set.version,
    }
    return restore_ticket(row, **({"results": [], "messages": [], "emails": []} | rows | changes))


def test_a_partner_that_answers_before_it_acknowledged_is_heard_by_the_run_that_takes_over() -> (
    None
):
    """The first delivery is counted after admission has written; the partner may have the claim."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW)
    found = taken_up(aggregate, aggregate.collect_changes())
    assert found.delivery_purpose == "claim"
    again = TicketAggregate(found.ticket)
    handle_message(again, an_outcome(), NOW)
    assert again.ticket.state is State.AWAITING_CANCELLATION_PERIOD


def test_what_people_wrote_is_not_handed_to_the_run_that_takes_over() -> None:
    """Fifty questions and answers would be more than Temporal takes: the ticket would stay lost."""
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    words = "\U0001f600" * 4000
    params = {"questions": [words, words]}
    unsent = {"key": "4-information_needed", "kind": "information_needed", "language": "pl"}
    aggregate.apply_transition(Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, NOW, note=words)
    change_set = aggregate.collect_changes()
    moves = [rows_of(move) | {"note": words} for move in change_set.transitions]
    found = taken_up(aggregate, change_set, transitions=moves, emails=[unsent | {"params": params}])
    assert found.ticket.state is State.SENT_TO_PARTNER
    assert [email.key for email in found.emails] == ["4-information_needed"]
    assert "\U0001f600" not in found.model_dump_json()
