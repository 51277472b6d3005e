"""Results that an earlier attempt of the same step has stored."""

from collections.abc import Mapping
from typing import TypeVar

from adapters.postgres.database import QUERIES, Connection
from domain.errors import TransitionConflict
from domain.tickets.changes.change_set import ChangeSet

T = TypeVar("T")


async def previous_result(
    connection: Connection, number: str, changes_by_result: Mapping[T, ChangeSet]
) -> T | None:
    """Return the result of this step if it was stored before."""
    transitions_by_result = {
        found: one.transitions[-1] for found, one in changes_by_result.items() if one.transitions
    }
    seq = next(iter(transitions_by_result.values())).seq
    row = await QUERIES.get_transition(connection, number=number, seq=seq)
    if row is None:
        return None
    for found, transition in transitions_by_result.items():
        step = (row["event"], row["to_state"], row["reason_code"])
        if (transition.event, transition.to, transition.reason_code) == step:
            return found
    raise TransitionConflict(number, seq)
