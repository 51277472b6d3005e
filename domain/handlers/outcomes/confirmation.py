"""The amount and the cancellation period of a confirmation (R31-R33)."""

from datetime import datetime

from domain.handlers.outcomes.cancellation_end import (
    cancellation_end,
    cancellation_period_started_at,
    states_cancellation_end,
)
from domain.tickets.approvals import is_within_maximum
from domain.tickets.attention import Attention
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.ticket import Ticket
from domain.values.money import Money
from domain.values.types import FrozenModel


class Confirmation(FrozenModel):
    """What was confirmed; a value that a person has to decide is `None`, and named in
    `attention`.
    """

    amount: Money | None = None
    ends_at: datetime | None = None
    attention: tuple[Attention, ...] = ()


def evaluate_confirmation(
    ticket: Ticket,
    now: datetime,
    outcome: PartnerOutcome | None = None,
    reward: Money | None = None,
) -> Confirmation:
    """Evaluate a confirmation: the partner's `outcome`, or an agent's decision for `reward`."""
    stated = outcome.reward if outcome else None
    amount = reward or payable_amount(ticket, stated or ticket.promised_amount)
    return _to_confirmation(amount, cancellation_end(ticket, now, outcome))


def evaluate_repeated_confirmation(
    ticket: Ticket, now: datetime, outcome: PartnerOutcome
) -> Confirmation | None:
    """Evaluate a confirmation during the cancellation period; `None` if it changes nothing.

    Values in it replace the confirmed ones. An amount that the partner stated before is no change,
    even if an agent has decided otherwise since.
    """
    ends_at = ticket.cancellation_ends_at
    if states_cancellation_end(ticket, outcome):
        started_at = cancellation_period_started_at(ticket) or now
        ends_at = cancellation_end(ticket, started_at, outcome)
    if outcome.reward not in (None, ticket.stated_amount, ticket.confirmed_amount):
        return _to_confirmation(payable_amount(ticket, outcome.reward), ends_at)
    if ends_at == ticket.cancellation_ends_at:
        return None
    return _to_confirmation(ticket.confirmed_amount, ends_at)


def payable_amount(ticket: Ticket, amount: Money | None) -> Money | None:
    """Return `amount` if it may be granted without a person: up to the profile's maximum."""
    is_payable = amount is not None and is_within_maximum(amount, ticket.terms.max_reward)
    return amount if is_payable else None


def _to_confirmation(amount: Money | None, ends_at: datetime | None) -> Confirmation:
    attention = []
    if amount is None:
        attention.append(Attention.AMOUNT_UNDECIDED)
    if ends_at is None:
        attention.append(Attention.CANCELLATION_END_UNKNOWN)
    return Confirmation(amount=amount, ends_at=ends_at, attention=tuple(attention))
