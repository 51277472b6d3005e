"""Deliveries of the claim to its partner, and the questions that come back."""

from collections.abc import Mapping
from datetime import date

from domain.tickets.aggregate.ticket_state import TicketState
from domain.tickets.attention import DELIVERY_ATTENTION


class Deliveries(TicketState):
    """The delivery in progress, and the information that the partner requested."""

    def set_delivery(self, purpose: str | None) -> None:
        """Record the purpose of the delivery in progress; `None` where there is none."""
        self._replace(delivery_purpose=purpose)

    def count_delivery(self) -> int:
        """Count a delivery; return how many there were."""
        self._replace(delivery_count=self.ticket.delivery_count + 1)
        return self.ticket.delivery_count

    def acknowledge_delivery(self, reference: str | None) -> None:
        """Record that the partner accepted the claim, under its own `reference` if it gave one."""
        self._replace(
            partner_reference=reference or self.ticket.partner_reference, delivery_purpose=None
        )
        self.remove_attention(DELIVERY_ATTENTION)

    def set_questions(self, questions: tuple[str, ...]) -> None:
        """Record the open questions to the member, and count them as one request."""
        self._replace(questions=questions, question_count=self.ticket.question_count + 1)

    def clear_questions(self) -> None:
        """Close the open questions."""
        self._replace(questions=())

    def apply_form(self, anchor_dates: Mapping[str, date], order_key: str | None) -> None:
        """Take over the dates and the order that the member's answers name."""
        self._replace(
            anchor_dates={**self.ticket.anchor_dates, **anchor_dates},
            order_key=order_key or self.ticket.order_key,
        )
