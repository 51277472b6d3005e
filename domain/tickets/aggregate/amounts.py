"""What a ticket is worth: confirmed, proposed, approved and granted amounts."""

from datetime import datetime

from domain.tickets.aggregate.ticket_state import TicketState
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import Attention
from domain.values.money import Money


class Amounts(TicketState):
    """Changes of the amounts, and of the time at which the reward is due."""

    def record_statement(self, amount: Money | None, occurred_at: datetime | None) -> None:
        """Store what the partner stated with its confirmation; `None` leaves the earlier value."""
        ticket = self.ticket
        self._replace(
            stated_amount=amount or ticket.stated_amount,
            confirmation_occurred_at=occurred_at or ticket.confirmation_occurred_at,
        )

    def set_confirmation(
        self, amount: Money | None, ends_at: datetime | None, approval: Approval | None
    ) -> None:
        """Set the confirmed amount and the end of its cancellation period.

        An approval, this or an earlier one, is valid for its own amount only.
        """
        approval = approval or self.ticket.approval
        self._replace(
            confirmed_amount=amount,
            approval=approval if approval and approval.amount == amount else None,
            cancellation_ends_at=ends_at,
            due_at=ends_at,
        )

    def revoke_confirmed_amount(self) -> None:
        """Drop an amount that lacks the approval of a second agent, and ask for a decision."""
        self._replace(confirmed_amount=None, approval=None)
        self.add_attention(Attention.AMOUNT_UNDECIDED)

    def grant_confirmed_amount(self) -> None:
        """Record the confirmed amount as granted."""
        self._replace(granted_amount=self.ticket.confirmed_amount)

    def propose(self, proposal: Proposal) -> None:
        """Record an amount above the maximum; another agent has to approve it."""
        self._replace(proposal=proposal)
        self.add_attention(Attention.APPROVAL_NEEDED)
