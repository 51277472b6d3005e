"""Executes a new command; each gets one result, which is stored permanently (R29)."""

from datetime import datetime

from domain.codes import MessageCode, RefusalCode
from domain.handlers.commands.available import available_commands
from domain.handlers.commands.command_result import CommandResult
from domain.handlers.commands.decisions import decide
from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_requests import ask_member
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import DELIVERY_ATTENTION
from domain.tickets.messages.commands import (
    Decision,
    InformationRequest,
    Resend,
    TicketCommand,
    Withdrawal,
)
from domain.tickets.states import Event, State


def execute_command(
    aggregate: TicketAggregate, command: TicketCommand, now: datetime
) -> HandlingResult:
    """Execute `command` and record its result."""
    done = _execute(aggregate, command, now)
    if done.code == MessageCode.APPROVAL_NEEDED:
        pending = aggregate.record_result(command, awaits_approval=True)
        return HandlingResult(result=pending, log_code=done.code)
    changed = done.code is None and done.delivery_purpose is None
    return HandlingResult(
        result=aggregate.record_result(command, done.code, state_changed=changed),
        delivery_purpose=done.delivery_purpose,
        log_code=done.code or MessageCode.APPLIED,
    )


def _execute(aggregate: TicketAggregate, command: TicketCommand, now: datetime) -> CommandResult:
    match command:
        case Withdrawal():
            return _withdraw(aggregate, command, now)
        case Decision():
            return CommandResult(decide(aggregate, command, now))
        case Resend():
            return _resend(aggregate)
        case InformationRequest():
            return _request_information(aggregate, command, now)
    raise AssertionError(f"no command: {type(command).__name__}")


def _withdraw(aggregate: TicketAggregate, command: Withdrawal, now: datetime) -> CommandResult:
    event, to = Event.WITHDRAWN, State.WITHDRAWN
    if not aggregate.can_transition(event, to):
        return CommandResult(RefusalCode.ACTION_NOT_ALLOWED)
    aggregate.apply_transition(event, to, now, command.actor, note=command.reason)
    return CommandResult()


def _resend(aggregate: TicketAggregate) -> CommandResult:
    ticket = aggregate.ticket
    if "resend_to_partner" not in available_commands(ticket.state, ticket.attention):
        return CommandResult(RefusalCode.ACTION_NOT_ALLOWED)
    aggregate.remove_attention(DELIVERY_ATTENTION)
    return CommandResult(delivery_purpose=next_delivery_purpose(aggregate))


def _request_information(
    aggregate: TicketAggregate, command: InformationRequest, now: datetime
) -> CommandResult:
    if not aggregate.can_transition(Event.INFORMATION_REQUESTED):
        return CommandResult(RefusalCode.ACTION_NOT_ALLOWED)
    ask_member(aggregate, command.questions, now, command.actor)
    return CommandResult()


def next_delivery_purpose(aggregate: TicketAggregate) -> str:
    """Count a delivery; return its purpose. A claim that was never acknowledged keeps its key."""
    number = aggregate.count_delivery() - 1
    return "claim" if aggregate.ticket.state is State.VALIDATED else f"resend-{number}"
