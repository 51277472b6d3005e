"""Any number of pauses of the deadline (property test)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    a_question,
    an_answer,
)
from tests.unit.domain.handlers.deadlines.reminded_tickets import (
    DAY,
    HOUR,
    RESPONSE_TIME,
    a_reminded_ticket,
    ask_and_answer,
)

PAUSES = st.lists(
    st.tuples(st.timedeltas(timedelta(), timedelta(days=3)), st.timedeltas(timedelta(), 13 * DAY)),
    min_size=1,
    max_size=6,
)


@given(PAUSES, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
def test_repeated_questions_never_change_the_partners_total_time(
    pauses: list[tuple[timedelta, timedelta]], naive: datetime
) -> None:
    """R31: however often it asks, also over a change to or from summer time."""
    start = naive.replace(tzinfo=UTC)
    aggregate = a_reminded_ticket()
    aggregate.start_partner_deadline(start)
    assert aggregate.ticket.due_at is not None
    total, used, now = aggregate.ticket.due_at - start, timedelta(), start
    for index, (running, paused) in enumerate(pauses):
        now, used = now + running, used + running
        ask_and_answer(aggregate, str(index), now, now + paused)
        now += paused
        assert aggregate.ticket.due_at is not None
        assert aggregate.ticket.due_at - now == total - used
        assert Ticket.model_validate_json(aggregate.ticket.model_dump_json()) == aggregate.ticket


def test_a_question_after_the_deadline_gives_the_partner_no_more_time() -> None:
    """R31: its time is over, also if the timer has not fired yet."""
    aggregate = a_reminded_ticket()
    late = NOW + RESPONSE_TIME + HOUR
    ask_and_answer(aggregate, "1", late, late + DAY)
    assert aggregate.ticket.due_at == late + DAY - HOUR
    handle_message(aggregate, DeadlinePassed(), late + DAY)
    assert list(aggregate.ticket.attention) == ["partner_silent"]


def test_each_question_gives_the_member_the_full_time() -> None:
    aggregate = a_reminded_ticket()
    deadlines = []
    for index in range(3):
        asked_at = NOW + index * 5 * DAY + 10 * DAY
        handle_message(aggregate, a_question(outcome_id=str(index)), asked_at)
        deadlines.append(aggregate.ticket.due_at)
        apply_information(aggregate, an_answer(request_id=str(index)), asked_at)
    assert all(late and early and late - early == 5 * DAY for early, late in pairwise(deadlines))
