"""Rounds of a claim behind a partner's link: one outcome counts in each.

A round ends with the partner's outcome. A question that was answered, or timed out, opens the next
round: a double click, or two links to the same round, count once.
"""

from typing import Final

from domain.tickets.states import State

OPEN_STATES: Final = frozenset(
    {State.VALIDATED, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED}
)
"""States in which a partner may submit an outcome."""


def current_round(state: State, questions: int) -> int:
    """Return the round of a claim about which `questions` were asked so far."""
    return questions - (state is State.INFORMATION_REQUESTED)


def outcome_id_for_round(number: int) -> str:
    """Return the id of a round's outcome, however often it is submitted."""
    return f"link-{number}"
