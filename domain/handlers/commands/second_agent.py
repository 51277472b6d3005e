"""Amounts above the partner's maximum need two agents."""

from dataclasses import dataclass
from datetime import datetime

from domain.codes import MessageCode, RefusalCode
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.approvals import (
    Approval,
    Proposal,
    agent_identity,
    are_different_agents,
    is_within_maximum,
)
from domain.tickets.ticket import Ticket
from domain.values.money import Money


@dataclass(frozen=True)
class ApprovalCheck:
    """`approval`: two agents decided for the amount. `code`: it must not be confirmed yet."""

    approval: Approval | None = None
    code: str | None = None


def check_approval(
    aggregate: TicketAggregate, amount: Money | None, actor: str, now: datetime
) -> ApprovalCheck:
    """Approve what another agent proposed, or record the proposal, if `amount` needs two agents."""
    ticket = aggregate.ticket
    if amount is None or not _needs_two_agents(ticket, amount):
        return ApprovalCheck()
    if agent_identity(actor) is None:
        return ApprovalCheck(code=RefusalCode.FORBIDDEN)
    proposal = ticket.proposal
    if proposal is None or proposal.amount != amount:
        aggregate.propose(Proposal(amount=amount, by=actor, at=now))
        return ApprovalCheck(code=MessageCode.APPROVAL_NEEDED)
    if not are_different_agents(proposal.by, actor):
        return ApprovalCheck(code=RefusalCode.APPROVAL_BY_ANOTHER)
    seq = len(ticket.transitions) + 1
    return ApprovalCheck(
        Approval(amount=amount, proposed_by=proposal.by, approved_by=actor, seq=seq)
    )


def _needs_two_agents(ticket: Ticket, amount: Money) -> bool:
    """Return whether `amount` is above the maximum, and was not approved before."""
    is_approved = ticket.approval is not None and ticket.approval.amount == amount
    return not is_approved and not is_within_maximum(amount, ticket.terms.max_reward)
