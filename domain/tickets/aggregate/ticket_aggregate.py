"""The ticket aggregate: one ticket, how it is opened, released from a hold, and settled.

`domain/handlers/` decides what a message does to it. The workflow stores the change set that
`collect_changes` returns, and only then acts on it. Nothing here does I/O.
"""

from datetime import datetime

from domain.tickets.aggregate.email_params import accepted_params, amount_params
from domain.tickets.aggregate.ticket_transitions import TicketTransitions
from domain.tickets.attention import Attention
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.settlement_transitions import HOLD_RELEASE_TRANSITIONS, SETTLEMENT_TRANSITIONS
from domain.tickets.states import Event, State


class TicketAggregate(TicketTransitions):
    """One ticket, from admission to its final state."""

    def open(self, now: datetime, held_until: datetime | None = None) -> None:
        """Accept the claim: start the partner's deadline, or hold the claim until `held_until`."""
        params = accepted_params(self.ticket.terms, now, held_until)
        self.apply_transition(Event.CLAIM_ACCEPTED, State.VALIDATED, now, email_params=params)
        if held_until:
            self.apply_transition(Event.CLAIM_HELD, State.ON_HOLD, now)
            self.hold_until(held_until)
        else:
            self.start_partner_deadline(now)

    def is_release_due(self, now: datetime) -> bool:
        """Return whether the hold of the claim has ended."""
        due_at = self.ticket.due_at
        return self.ticket.state is State.ON_HOLD and due_at is not None and due_at <= now

    def apply_release(self, result: HoldReleaseResult, now: datetime) -> None:
        """Release the claim as `result` says; the partner's deadline starts only now."""
        event, to, reason = HOLD_RELEASE_TRANSITIONS[result]
        self.apply_transition(event, to, now, reason=reason)
        if to is State.VALIDATED:
            self.start_partner_deadline(now)

    def is_settlement_due(self, now: datetime) -> bool:
        """Return whether the cancellation period has ended, with a known and undisputed amount."""
        ticket = self.ticket
        return (
            ticket.state is State.AWAITING_CANCELLATION_PERIOD
            and ticket.cancellation_ends_at is not None
            and ticket.cancellation_ends_at <= now
            and ticket.confirmed_amount is not None
            and Attention.OUTCOME_CONTRADICTED not in ticket.attention
        )

    def apply_settlement(self, result: SettlementResult, now: datetime) -> None:
        """Close the ticket as the granting transaction decided, or ask for a second agent."""
        if result is SettlementResult.APPROVAL_NEEDED:
            self.revoke_confirmed_amount()
            return
        event, to, reason = SETTLEMENT_TRANSITIONS[result]
        if result is SettlementResult.GRANTED:
            self.grant_confirmed_amount()
        params = amount_params(self.ticket.granted_amount)
        self.apply_transition(event, to, now, reason=reason, email_params=params)
