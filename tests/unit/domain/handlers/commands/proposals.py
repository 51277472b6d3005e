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
MUCH_LATER = NOW + timedelta(days=4000)
PLN_800 = {"amount": "800.00", "currency": "PLN"}
PLN_900 = {"amount": "900.00", "currency": "PLN"}


def decide(
    aggregate: TicketAggregate, actor: str, reward: Any = PLN_800, **changes: Any
) -> tuple[bool, bool, Any]:
    """Let an agent decide; return state changed, approval awaited, and the refusal code."""
    request_id = f"req-{len(aggregate.ticket.recent_results)}"
    decision = a_decision(request_id=request_id, actor=actor, reward=reward, **changes)
    result = handle_message(aggregate, decision, NOW).result
    assert result is not None
    return result.state_changed, result.awaits_approval, result.code


PROPOSED = (False, True, None)
DONE = (True, False, None)
