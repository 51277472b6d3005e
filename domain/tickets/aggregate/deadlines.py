"""The deadline of a ticket: the partner's, or the member's while a question is open (R31)."""

from datetime import datetime

from domain.tickets.aggregate.ticket_state import TicketState
from domain.tickets.attention import Attention
from domain.values import periods


class Deadlines(TicketState):
    """A question pauses the partner's deadline; reminders count from the start of the current
    one.
    """

    def clear_deadline(self) -> None:
        """Wait for no deadline."""
        self._replace(due_at=None)

    def hold_until(self, due_at: datetime) -> None:
        """Hold the claim until `due_at`."""
        self._replace(due_at=due_at)

    def start_partner_deadline(self, now: datetime) -> None:
        """Give the partner its full response time from `now` on."""
        terms = self.ticket.terms
        due_at = periods.add_period(now, terms.response.deadline, terms.market.zone)
        self._replace(due_at=due_at, deadline_started_at=now, reminders_sent=0)

    def pause_partner_deadline(self, now: datetime) -> None:
        """Pause the partner's deadline and start the member's."""
        ticket, terms = self.ticket, self.ticket.terms
        started_at = ticket.deadline_started_at
        self._replace(
            partner_time_remaining=ticket.due_at - now if ticket.due_at else None,
            partner_time_elapsed=now - started_at if started_at else None,
            partner_reminders_sent=ticket.reminders_sent,
            due_at=periods.add_period(now, terms.information.deadline, terms.market.zone),
            deadline_started_at=now,
            reminders_sent=0,
        )

    def resume_partner_deadline(self, now: datetime) -> None:
        """Resume the partner's deadline with the time that was left; an expired one stays so."""
        ticket = self.ticket
        remaining, elapsed = ticket.partner_time_remaining, ticket.partner_time_elapsed
        if remaining is None:  # no timer will fire for this ticket: a person has to look at it
            self.add_attention(Attention.PARTNER_SILENT)
        self._replace(
            due_at=now + remaining if remaining is not None else None,
            deadline_started_at=now - elapsed if elapsed is not None else None,
            reminders_sent=ticket.partner_reminders_sent,
            partner_time_remaining=None,
            partner_time_elapsed=None,
        )

    def count_reminder(self) -> None:
        """Count a reminder as sent, or as skipped."""
        self._replace(reminders_sent=self.ticket.reminders_sent + 1)
