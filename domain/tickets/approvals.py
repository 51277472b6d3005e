"""More than a partner's maximum is never granted by one person: a second agent approves.

One agent proposes an amount above the maximum, another one decides for the same amount. What both
said is recorded with the move, and the granting transaction looks for it once more.
"""

from datetime import datetime
from typing import Final

from domain.values.types import FrozenModel, Money

_NON_AGENT_ROLES: Final = frozenset({"system", "platform", "member", "partner", "unknown"})


class Proposal(FrozenModel):
    """An amount above the maximum that one agent proposed; it stands until the ticket moves."""

    amount: Money
    by: str
    at: datetime


class Approval(FrozenModel):
    """An amount above the maximum that two agents decided for, with the move `seq`."""

    amount: Money
    proposed_by: str
    approved_by: str
    seq: int


def agent_identity(actor: str) -> str | None:
    """Return which agent acts, as two names are compared; `None` where it is no agent."""
    role, _, name = actor.partition(":")
    if role.casefold() in _NON_AGENT_ROLES:
        return None
    return (name if role.casefold() == "agent" else actor).casefold() or None


def are_different_agents(one: str, other: str) -> bool:
    """Say whether both actors are agents, and not the same."""
    agents = {agent_identity(one), agent_identity(other)}
    return None not in agents and len(agents) == 2


def is_within_maximum(amount: Money, maximum: Money) -> bool:
    """Say whether one person may grant `amount`: the market's currency, up to the maximum."""
    return amount.currency == maximum.currency and 0 < amount.amount <= maximum.amount
