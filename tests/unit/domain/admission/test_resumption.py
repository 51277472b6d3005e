"""A ticket taken up again, as the domain puts it together from what the database keeps."""

from typing import Any

from domain.admission.admission import Admission, AdmissionResult
from domain.admission.resumption import Resumption, restore_ticket
from domain.handlers.message_handling import hear
from domain.tickets.lifecycle import Event, State
from domain.tickets.ticket import ChangeSet, Transition
from domain.tickets.ticket_aggregate import TicketAggregate
from tests.support.builders import NOW, NUMBER, a_course, a_new_ticket, an_outcome


def admitted(course: TicketAggregate) -> Admission:
    """What admission kept of the ticket of `course`."""
    result = AdmissionResult(status="accepted", number=NUMBER, state=State.VALIDATED)
    return Admission(result=result, digest="d" * 64, ticket=course.ticket)


def rows_of(move: Transition) -> dict[str, Any]:
    """A move as its row."""
    return move.model_dump(by_alias=False, exclude={"to"}) | {"to_state": move.to}


def taken_up(course: TicketAggregate, writing: ChangeSet, **changes: Any) -> Resumption:
    """The ticket of `course` as a new run takes it up after `writing`."""
    told = {"moves": [rows_of(move) for move in course.ticket.transitions]}
    row = {
        "admission": admitted(course).model_dump(mode="json"),
        "resume_state": writing.resume_state,
        "resumptions": 1,
        "writing": writing.version,
    }
    return restore_ticket(row, **({"answers": [], "heard": [], "letters": []} | told | changes))


def test_a_partner_that_answers_before_it_acknowledged_is_heard_by_the_run_that_takes_over() -> (
    None
):
    """The first delivery is counted after admission has written; the partner may have the claim."""
    course = TicketAggregate(a_new_ticket())
    course.accept(NOW)
    found = taken_up(course, course.write_down())
    assert found.delivery_purpose == "claim"
    again = TicketAggregate(found.ticket)
    hear(again, an_outcome(), NOW)
    assert again.ticket.state is State.AWAITING_CANCELLATION_PERIOD


def test_what_people_wrote_is_not_handed_to_the_run_that_takes_over() -> None:
    """Fifty questions and answers would be more than Temporal takes: the ticket would stay lost."""
    course = a_course(State.INFORMATION_REQUESTED)
    words = "\U0001f600" * 4000
    params = {"questions": [words, words]}
    unsent = {"key": "4-information_needed", "kind": "information_needed", "language": "pl"}
    course.move(Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, NOW, note=words)
    writing = course.write_down()
    moves = [rows_of(move) | {"note": words} for move in writing.transitions]
    found = taken_up(course, writing, moves=moves, letters=[unsent | {"params": params}])
    assert found.ticket.state is State.SENT_TO_PARTNER
    assert [letter.key for letter in found.emails] == ["4-information_needed"]
    assert "\U0001f600" not in found.model_dump_json()
