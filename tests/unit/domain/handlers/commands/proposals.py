"""Decisions for amounts above the maximum."""

from datetime import timedelta
from typing import Any

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    a_decision,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
FAR = NOW + timedelta(days=4000)
MUCH = {"amount": "800.00", "currency": "PLN"}
MORE = {"amount": "900.00", "currency": "PLN"}


def decide(
    aggregate: TicketAggregate, actor: str, reward: Any = MUCH, **changes: Any
) -> tuple[bool, bool, Any]:
    """Let an agent decide; whether that moved, whether it waits for another, and the refusal."""
    request_id = f"req-{len(aggregate.ticket.recent_results)}"
    decision = a_decision(request_id=request_id, actor=actor, reward=reward, **changes)
    answer = handle_message(aggregate, decision, NOW).result
    assert answer is not None
    return answer.state_changed, answer.awaits_approval, answer.code


PROPOSED = (False, True, None)
DONE = (True, False, None)
