"""How one run of a ticket's workflow ends."""

from dataclasses import dataclass

from domain.tickets.snapshot import TicketOutcome
from workflows.continue_as_new import ContinuedState


@dataclass(frozen=True)
class Closed:
    """The ticket is closed: the workflow returns its outcome."""

    outcome: TicketOutcome


@dataclass(frozen=True)
class Continue:
    """The history is long: the workflow continues as new with this state."""

    state: ContinuedState


RunResult = Closed | Continue
