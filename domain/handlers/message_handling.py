"""Applies one message to a ticket (docs/requirements.md, "Lifecycle").

A message without a transition from the current state changes nothing. It is logged with a code that
says why, and the sender of an update gets that code. No message from outside raises an error.
"""

from datetime import datetime

from domain.codes import RefusalCode
from domain.handlers.commands.earlier_results import earlier_result
from domain.handlers.commands.execution import execute_command
from domain.handlers.due_actions import on_deadline
from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_results import on_information
from domain.handlers.internal_messages import on_attention_changed, on_delivered
from domain.handlers.message_entries import entry_for
from domain.handlers.outcomes.partner_outcomes import on_partner_outcome
from domain.handlers.rewards import on_reward_registered
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.commands import InformationAnswer, TicketCommand
from domain.tickets.messages.internal import AttentionChanged, DeadlinePassed, Delivered
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered


def handle_message(
    aggregate: TicketAggregate,
    message: Message,
    now: datetime,
    unknown: tuple[str, ...] = (),
    objection: str | None = None,
) -> HandlingResult:
    """Apply `message`; `unknown` are the names of its unknown fields.

    `objection`: why the stored facts forbid a decision to pay; it is refused with this code.
    """
    if objection and isinstance(message, TicketCommand):
        refused = aggregate.record_result(message, objection)
        result = HandlingResult(result=refused, log_code=objection)
    else:
        result = _apply(aggregate, message, now)
    if result.log_code:
        aggregate.log_message(entry_for(aggregate.ticket, message, result.log_code, now, unknown))
    if result.delivery_purpose:
        aggregate.set_delivery(result.delivery_purpose)
    return result


def _apply(aggregate: TicketAggregate, message: Message, now: datetime) -> HandlingResult:
    match message:
        case PartnerOutcome():
            return on_partner_outcome(aggregate, message, now)
        case RewardRegistered():
            return on_reward_registered(aggregate, message, now)
        case TicketCommand():
            return _on_command(aggregate, message, now)
        case Delivered():
            return on_delivered(aggregate, message, now)
        case AttentionChanged():
            return on_attention_changed(aggregate, message)
        case DeadlinePassed():
            return on_deadline(aggregate, now)
    return HandlingResult(is_log_only=True, log_code=RefusalCode.MALFORMED)


def _on_command(
    aggregate: TicketAggregate, command: TicketCommand, now: datetime
) -> HandlingResult:
    if earlier := earlier_result(aggregate, command):
        return HandlingResult(is_log_only=True, result=earlier)
    if isinstance(command, InformationAnswer):
        return on_information(aggregate, command)
    return execute_command(aggregate, command, now)
