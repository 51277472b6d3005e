"""What a ticket takes along when its history is continued as a new one: everything it knows."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio import workflow
from temporalio.common import RawValue

from domain.admission import Admission
from domain.shapes import Frozen
from domain.ticket import Ticket
from workflows.errands import Errands, PostedLetter
from workflows.inputs import content

_KEY: Final = "continued"


class Carried(Frozen):
    """The state of a running ticket between two histories."""

    admission: Admission
    ticket: Ticket
    letters: tuple[PostedLetter, ...] = ()
    delivering: str | None = None


def pack(admission: Admission, ticket: Ticket, errands: Errands) -> dict[str, Any]:
    """Return the input of the next run."""
    carried = Carried(
        admission=admission.model_copy(update={"ticket": None, "letters": ()}),
        ticket=ticket,
        letters=tuple(errands.letters),
        delivering=errands.delivering,
    )
    return {_KEY: carried.model_dump(mode="json")}


def unpack(args: Sequence[RawValue]) -> Carried | None:
    """Return what the run before this one left; `None` for a first run, whatever it was given."""
    told = content(args)
    if workflow.info().continued_run_id is None or not isinstance(told, dict) or _KEY not in told:
        return None
    return Carried.model_validate(told[_KEY])
