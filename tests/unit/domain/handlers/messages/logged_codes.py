"""Messages, and the codes under which they are logged."""

from datetime import timedelta

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import (
    InvalidMessage,
)
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    an_outcome,
)

LATER = NOW + timedelta(hours=1)
REGISTERED = RewardRegistered(reward_id="rew-9")
AWAITING = State.AWAITING_CANCELLATION_PERIOD
STRAY: dict[str, tuple[Message, str]] = {
    "another partner": (an_outcome(partner_id="otherpartner"), "wrong_partner"),
    "another ticket": (an_outcome(number="ZW-0000-0000-0000-0"), "wrong_ticket"),
    "no number at all": (an_outcome(number="my ticket"), "wrong_ticket"),
    "malformed": (
        InvalidMessage(message="partner_outcome", problems={"outcome": "x"}),
        "malformed",
    ),
}


def codes(aggregate: TicketAggregate) -> list[str]:
    """The codes of the messages logged since the last change set."""
    return [entry.code for entry in aggregate.collect_changes().messages]
