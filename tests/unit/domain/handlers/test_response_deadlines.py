"""The clocks of a ticket: whose time runs, when somebody is reminded, and when it is over."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.handlers.response_deadlines import next_reminder, next_timer
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import DeadlinePassed, Delivered
from domain.tickets.settlement import HoldReleaseResult
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    WARSAW,
    a_partner,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_answer,
    an_outcome,
)

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
SENT = State.SENT_TO_PARTNER
REMINDING = {"deadline": "P14D", "reminders": ["P3D", "P7D"]}
# Clocks go back on 25 October 2026 at three in the morning.
AFTER_3_DAYS, AFTER_7_DAYS = NOW + 3 * DAY, NOW + 7 * DAY + HOUR
WHOLE = 14 * DAY + HOUR


def reminded(**answer: Any) -> TicketAggregate:
    """A claim that its partner has, with reminders after three and after seven days."""
    return an_aggregate(partner=a_partner(response=REMINDING | answer))


def purposes(
    aggregate: TicketAggregate, start: datetime, end: datetime, step: timedelta = HOUR
) -> list[str]:
    """What is delivered when somebody looks at every `step` from `start` to `end`."""
    found, now = [], start
    while now <= end:
        heard = handle_message(aggregate, DeadlinePassed(), now)
        found += [heard.delivery_purpose] if heard.delivery_purpose else []
        now += step
    return found


def asks_and_hears(
    aggregate: TicketAggregate, name: str, asked_at: datetime, told_at: datetime
) -> None:
    """The partner asks, and the member answers."""
    handle_message(aggregate, a_question(outcome_id=name), asked_at)
    apply_information(aggregate, an_answer(request_id=name), told_at)


def test_the_partner_is_reminded_to_the_second_and_only_once_each() -> None:
    """R31: a reminder moves nothing, earns no letter, and rewinds nothing."""
    aggregate = reminded()
    before = aggregate.ticket
    for moment, purpose in ((AFTER_3_DAYS, "reminder-1"), (AFTER_7_DAYS, "reminder-2")):
        assert next_timer(aggregate.ticket) == moment
        assert handle_message(aggregate, DeadlinePassed(), moment - SECOND).is_log_only
        heard = handle_message(aggregate, DeadlinePassed(), moment)
        assert (heard.delivery_purpose, heard.is_log_only) == (purpose, False)
        assert handle_message(aggregate, DeadlinePassed(), moment).is_log_only
    assert next_timer(aggregate.ticket) == before.due_at == NOW + WHOLE
    assert not aggregate.has_pending_changes
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )


def test_reminders_are_counted_on_the_markets_calendar() -> None:
    """A day with a change of clocks is one day: seven days later it is the same time of day."""
    aggregate = reminded(reminders=["P7D"])
    moment = next_reminder(aggregate.ticket)
    assert moment is not None
    assert moment.astimezone(WARSAW).time() == NOW.astimezone(WARSAW).time()
    assert moment - NOW == 7 * DAY + HOUR


@pytest.mark.parametrize("reminder", ["P2D", "P3D", "P14D", "P15D", "P1M"])
def test_reminders_out_of_order_or_at_the_deadline_do_not_load(reminder: str) -> None:
    """R31: a profile that could never be followed is found when it is read."""
    with pytest.raises(ValidationError, match="reminders: expected in order"):
        reminded(reminders=["P3D", reminder])


def test_a_reminder_that_was_missed_until_the_deadline_is_not_sent_any_more() -> None:
    """R31: whoever looks only then finds a silent partner."""
    aggregate = reminded()
    heard = handle_message(aggregate, DeadlinePassed(), NOW + WHOLE)
    assert heard.delivery_purpose is None
    assert list(aggregate.ticket.attention) == ["partner_silent"]
    assert purposes(aggregate, NOW + WHOLE, NOW + WHOLE + 5 * DAY) == []


@pytest.mark.parametrize("state", [state for state in State if state is not SENT])
def test_a_partner_is_reminded_only_of_what_it_has(state: State) -> None:
    """R20: neither of a claim that never arrived, nor of one that it has answered."""
    aggregate = an_aggregate(state, a_partner(response=REMINDING))
    assert next_reminder(aggregate.ticket) is None
    assert purposes(aggregate, NOW, NOW + 8 * DAY, DAY) == []


@pytest.mark.parametrize("message", [an_outcome(), an_outcome("rejected"), a_withdrawal()])
def test_an_answer_ends_the_reminders(message: Any) -> None:
    """R34."""
    aggregate = reminded()
    handle_message(aggregate, message, NOW)
    assert next_reminder(aggregate.ticket) is None


def test_a_held_claim_starts_the_partners_clock_and_its_reminders_at_its_release() -> None:
    """R9, R31."""
    aggregate = an_aggregate(State.ON_HOLD, a_partner(response=REMINDING))
    released_at = NOW + 10 * DAY
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, released_at)
    handle_message(aggregate, Delivered(), released_at)
    assert next_reminder(aggregate.ticket) == released_at + 3 * DAY
    assert aggregate.ticket.due_at == released_at + 14 * DAY


def delivered_late(moment: datetime, **changes: Any) -> TicketAggregate:
    """A claim that its partner has got only at `moment`."""
    aggregate = an_aggregate(State.VALIDATED, a_partner(response=REMINDING), **changes)
    next_delivery_purpose(aggregate)
    handle_message(aggregate, Delivered(), moment)
    return aggregate


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (AFTER_3_DAYS - SECOND, ["reminder-1", "reminder-2"]),
        (AFTER_3_DAYS, ["reminder-2"]),
        (AFTER_7_DAYS - SECOND, ["reminder-2"]),
        (AFTER_7_DAYS, []),
        (NOW + 10 * DAY, []),
    ],
)
def test_a_claim_that_is_delivered_late_comes_without_the_reminders_that_were_due_before(
    moment: datetime, left: list[str]
) -> None:
    """R31: its partner has only just got it."""
    aggregate = delivered_late(moment)
    assert purposes(aggregate, moment, NOW + 14 * DAY) == left
    assert aggregate.ticket.due_at == NOW + WHOLE


def test_a_partner_that_asks_before_its_claim_is_acknowledged_is_not_reminded_of_then() -> None:
    """R31: nor when the member has answered."""
    aggregate = an_aggregate(State.VALIDATED, a_partner(response=REMINDING))
    next_delivery_purpose(aggregate)
    asks_and_hears(aggregate, "1", NOW + 4 * DAY, NOW + 5 * DAY)
    assert purposes(aggregate, NOW + 5 * DAY, NOW + 14 * DAY) == ["reminder-2"]


def test_the_rest_of_the_partners_time_is_kept_to_the_second_over_a_change_of_clocks() -> None:
    """R31: asked in summer time, answered in winter time."""
    aggregate = reminded()
    asked_at = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
    told_at = datetime(2026, 10, 25, 1, 0, 1, tzinfo=UTC)
    asks_and_hears(aggregate, "1", asked_at, told_at)
    assert aggregate.ticket.due_at == NOW + WHOLE + 2 * SECOND


def test_reminders_wait_as_long_as_the_clock_stands() -> None:
    """R31: two days are used, so the first reminder comes a day after the answer."""
    aggregate = reminded()
    asks_and_hears(aggregate, "1", NOW + 2 * DAY, NOW + 9 * DAY)
    assert next_reminder(aggregate.ticket) == NOW + 10 * DAY
    assert (
        handle_message(aggregate, DeadlinePassed(), NOW + 10 * DAY).delivery_purpose == "reminder-1"
    )


def test_a_reminder_that_was_sent_is_not_sent_again_after_a_question() -> None:
    """R31: each has one purpose, so one idempotency key."""
    aggregate = reminded()
    assert purposes(aggregate, NOW, NOW + 4 * DAY) == ["reminder-1"]
    asks_and_hears(aggregate, "1", NOW + 4 * DAY, NOW + 5 * DAY)
    assert purposes(aggregate, NOW + 5 * DAY, NOW + 14 * DAY) == ["reminder-2"]


def test_an_alarm_rings_first_for_what_comes_first() -> None:
    aggregate = reminded()
    assert next_timer(aggregate.ticket) == AFTER_3_DAYS
    asked = an_aggregate(State.INFORMATION_REQUESTED)
    assert next_timer(asked.ticket) == asked.ticket.due_at
    for state in (State.REJECTED, State.RESOLVED, State.WITHDRAWN):
        assert next_timer(an_aggregate(state).ticket) is None


PAUSES = st.lists(
    st.tuples(st.timedeltas(timedelta(), timedelta(days=3)), st.timedeltas(timedelta(), 13 * DAY)),
    min_size=1,
    max_size=6,
)


@given(PAUSES, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
def test_repeated_questions_never_change_the_partners_total_time(
    pauses: list[tuple[timedelta, timedelta]], naive: datetime
) -> None:
    """R31: however often it asks, and whatever the clocks of its market do meanwhile."""
    start = naive.replace(tzinfo=UTC)
    aggregate = reminded()
    aggregate.start_partner_deadline(start)
    assert aggregate.ticket.due_at is not None
    total, used, now = aggregate.ticket.due_at - start, timedelta(), start
    for turn, (running, paused) in enumerate(pauses):
        now, used = now + running, used + running
        asks_and_hears(aggregate, str(turn), now, now + paused)
        now += paused
        assert aggregate.ticket.due_at is not None
        assert aggregate.ticket.due_at - now == total - used
        assert Ticket.model_validate_json(aggregate.ticket.model_dump_json()) == aggregate.ticket


def test_a_question_after_the_deadline_wins_no_time() -> None:
    """R31: asked before anybody looked at the clock, its time is over all the same."""
    aggregate = reminded()
    late = NOW + WHOLE + HOUR
    asks_and_hears(aggregate, "1", late, late + DAY)
    assert aggregate.ticket.due_at == late + DAY - HOUR
    handle_message(aggregate, DeadlinePassed(), late + DAY)
    assert list(aggregate.ticket.attention) == ["partner_silent"]


def test_the_members_time_starts_anew_with_each_question() -> None:
    aggregate = reminded()
    dues = []
    for turn in range(3):
        asked_at = NOW + turn * 5 * DAY + 10 * DAY
        handle_message(aggregate, a_question(outcome_id=str(turn)), asked_at)
        dues.append(aggregate.ticket.due_at)
        apply_information(aggregate, an_answer(request_id=str(turn)), asked_at)
    assert all(late and early and late - early == 5 * DAY for early, late in pairwise(dues))
