"""Every message that a ticket handles."""

from domain.tickets.messages.commands import (
    Decision,
    InformationAnswer,
    InformationRequest,
    Resend,
    TicketCommand,
    Withdrawal,
)
from domain.tickets.messages.internal import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
    InvalidMessage,
)
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered

Message = (
    PartnerOutcome
    | RewardRegistered
    | Withdrawal
    | Decision
    | TicketCommand
    | Resend
    | InformationRequest
    | InformationAnswer
    | Delivered
    | AttentionChanged
    | DeadlinePassed
    | InvalidMessage
)
