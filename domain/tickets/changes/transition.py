"""A change of a ticket's state, as it is stored."""

from datetime import datetime

from pydantic import Field

from domain.tickets.states import Event, State
from domain.values.types import FrozenModel


class Transition(FrozenModel):
    """A transition, never changed once stored; `seq` counts from 1 without gaps."""

    seq: int
    event: Event
    from_state: State = Field(alias="from")
    to: State
    at: datetime
    reason_code: str | None = None
    actor: str
    note: str | None = None

    model_config = {"serialize_by_alias": True, "validate_by_name": True, "validate_by_alias": True}
