"""A reward that the platform's own tracking registered after the claim (R24)."""

from datetime import datetime
from typing import Final

from domain.codes import MessageCode, RefusalCode
from domain.handlers.handling_result import HandlingResult
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.states import Event, State

_PLATFORM: Final = "platform"


def on_reward_registered(
    aggregate: TicketAggregate, message: RewardRegistered, now: datetime
) -> HandlingResult:
    """Resolve the ticket: the member has the reward already."""
    key = f"reward:{message.reward_id}"
    if key in aggregate.ticket.processed_message_ids:
        return HandlingResult(is_log_only=True, log_code=MessageCode.DUPLICATE_MESSAGE)
    aggregate.mark_processed(key)
    if not aggregate.can_transition(Event.REWARD_REGISTERED, State.RESOLVED):
        return HandlingResult(is_log_only=True, log_code=RefusalCode.ACTION_NOT_ALLOWED)
    aggregate.apply_transition(Event.REWARD_REGISTERED, State.RESOLVED, now, _PLATFORM)
    return HandlingResult(log_code=MessageCode.APPLIED)
