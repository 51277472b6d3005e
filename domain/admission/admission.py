"""Admission of a claim: the request, and the result with the ticket that it opens (R22-R28)."""

from datetime import date, datetime

from domain.claims.eligibility.assessment import AdmissionStatus
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.dates import UtcDatetime
from domain.values.types import FrozenModel


class AdmissionRequest(FrozenModel):
    """The workflow's request; `claim` is raw JSON text, `run_id` that of the first run."""

    number: str
    run_id: str
    digest: str
    claim: str
    started_at: UtcDatetime


class CodedReason(FrozenModel):
    """A reason for the caller: code, field, and a message in the member's language."""

    code: str
    field: str | None = None
    message: str = ""


class AdmissionResult(FrozenModel):
    """The answer to a claim (`docs/contract.md`).

    `contact` is the address of customer service, if it helps. `digest` is that of the assessed
    claim; it tells a caller that its request key was used before for another claim.
    """

    status: AdmissionStatus
    number: str
    state: State
    reasons: tuple[CodedReason, ...] = ()
    available_from: datetime | None = None
    last_day: date | None = None
    existing_ticket: str | None = None
    contact: str | None = None
    digest: str = ""


class Admission(FrozenModel):
    """The stored decision; `ticket` goes on in the workflow, `emails` are to be sent.

    `is_from_earlier_run`: an earlier run of the workflow decided, whose history is gone; the result
    is the stored one.
    """

    result: AdmissionResult
    digest: str
    ticket: Ticket | None = None
    emails: tuple[OutgoingEmail, ...] = ()
    is_from_earlier_run: bool = False


def refusal_result(number: str, code: str) -> AdmissionResult:
    """Return the answer that refuses with `code` alone."""
    return AdmissionResult(
        status="refused",
        number=number,
        state=State.DISCARDED,
        reasons=(CodedReason(code=code),),
    )
