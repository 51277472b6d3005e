"""Tickets that wait for a decision, and the results of commands."""

from datetime import timedelta

from domain.handlers.handling_result import HandlingResult
from domain.tickets.messages.commands import (
    Resend,
)
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
LATER = NOW + timedelta(hours=1)


def a_resend(request_id: str = "req-1") -> Resend:
    """An agent resends the claim."""
    return Resend(request_id=request_id, actor="agent-7", reason="they lost it")


def result_of(handled: HandlingResult) -> tuple[bool, str | None]:
    """Whether the result names a transition, and the code of a refusal."""
    assert handled.result is not None
    return handled.result.state_changed, handled.result.code
