"""Every message in every state."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.messages.message import Message
from domain.tickets.states import State
from tests.support.builders import (
    RUNNING,
    a_decision,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.messages.logged_codes import (
    AWAITING,
    LATER,
    REGISTERED,
    STRAY,
    codes,
)

BEFORE_AN_OUTCOME = (State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED)
UNDECIDED = (State.VALIDATED, *BEFORE_AN_OUTCOME)
WITH_TRANSITION: dict[str, tuple[Message, tuple[State, ...], State]] = {
    "confirmed": (an_outcome("confirmed"), BEFORE_AN_OUTCOME, AWAITING),
    "rejected": (an_outcome("rejected"), (*BEFORE_AN_OUTCOME, AWAITING), State.REJECTED),
    "order cancelled": (
        an_outcome("order_cancelled"),
        (*BEFORE_AN_OUTCOME, AWAITING),
        State.REJECTED,
    ),
    "question": (a_question(), (State.SENT_TO_PARTNER,), State.INFORMATION_REQUESTED),
    "reward registered": (REGISTERED, RUNNING, State.RESOLVED),
    "withdrawal": (a_withdrawal(), (*UNDECIDED, State.ON_HOLD), State.WITHDRAWN),
    "decided confirmed": (a_decision("confirmed"), UNDECIDED, AWAITING),
    "decided rejected": (a_decision("rejected"), UNDECIDED, State.REJECTED),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", WITH_TRANSITION)
def test_each_message_makes_its_transition_where_allowed_and_is_logged_everywhere(
    name: str, state: State
) -> None:
    """R20, R21, R34: no error, no loss, and no transition that the table does not have."""
    message, sources, target = WITH_TRANSITION[name]
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    result = handle_message(aggregate, message, LATER)
    if state in sources:
        assert aggregate.ticket.state is target
        assert not result.is_log_only
        assert codes(aggregate) == ["applied"]
    else:
        logged = {"processed_message_ids", "recent_results", "result_count", "unapplied_messages"}
        assert aggregate.ticket.model_dump(exclude=logged) == before.model_dump(exclude=logged)
        repeated = name == "confirmed" and state is AWAITING
        assert codes(aggregate) == ["unchanged" if repeated else "action_not_allowed"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", STRAY)
def test_a_stray_message_is_logged_and_changes_nothing(name: str, state: State) -> None:
    """R21: another partner's outcome does not use up the id of a valid one."""
    message, code = STRAY[name]
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    result = handle_message(aggregate, message, LATER, unknown=("colour",))
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert result.is_log_only
    entry = aggregate.collect_changes().messages[0]
    assert (entry.code, entry.seq, entry.at) == (code, None, LATER)
    assert entry.body["unknown_fields"] == ["colour"]
