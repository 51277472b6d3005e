"""Amounts above a partner's maximum need the approval of a second agent.

One agent proposes the amount, and another one decides for the same amount. Both are stored with the
transition, and the granting transaction checks the approval again.
"""

from datetime import datetime
from typing import Final

from domain.values.money import Money
from domain.values.types import FrozenModel

_NON_AGENT_ROLES: Final = frozenset({"system", "platform", "member", "partner", "unknown"})


class Proposal(FrozenModel):
    """An amount above the maximum that one agent proposed; dropped by the next transition."""

    amount: Money
    by: str
    at: datetime


class Approval(FrozenModel):
    """An amount above the maximum that two agents decided for, by the transition `seq`."""

    amount: Money
    proposed_by: str
    approved_by: str
    seq: int


def agent_identity(actor: str) -> str | None:
    """Return the agent's name in the form in which names are compared; `None` for other actors."""
    role, _, name = actor.partition(":")
    if role.casefold() in _NON_AGENT_ROLES:
        return None
    return (name if role.casefold() == "agent" else actor).casefold() or None


def are_different_agents(one: str, other: str) -> bool:
    """Return whether both actors are agents, and different ones."""
    agents = {agent_identity(one), agent_identity(other)}
    return None not in agents and len(agents) == 2


def is_within_maximum(amount: Money, maximum: Money) -> bool:
    """Return whether one agent may grant `amount`: in the currency of `maximum`, and up to it."""
    return amount.currency == maximum.currency and 0 < amount.amount <= maximum.amount
