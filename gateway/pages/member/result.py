"""What became of a claim that a member filed: the confirmation with its number (R26-R28), a refusal
in words, or the word that the answer is still to come.
"""

from typing import Any, Final

from fastapi.responses import Response

from adapters.postgres.ticket_queries import stored_admission
from domain.admission.admission import Admission, AdmissionResult
from domain.values.ticket_number import derive_number
from gateway.pages.form_fields import Typed
from gateway.pages.member.access import Reader
from gateway.pages.member.claim_form import CORRECTABLE
from gateway.pages.sessions import form_token

STANDS: Final = frozenset({"accepted", "held"})


def number_of(reader: Reader, key: str) -> str:
    """Return the number that a form's key stands for: always one of the reader's own account."""
    return derive_number(reader.account, f"page-{key}")


async def admission_of(reader: Reader, key: str) -> Admission | None:
    """Return what was decided on the form with this key, if it was."""
    return await stored_admission(reader.context.postgres, number_of(reader, key))


def confirmed(reader: Reader, admission: Admission) -> Response:
    """Confirm at the top of the page, with the number; then what happens next, with its dates."""
    ticket, result, writes = admission.ticket, admission.result, reader.writes
    if ticket is None:
        raise AssertionError("an accepted claim has a ticket")
    zone, is_held = ticket.terms.market.zone, result.status == "held"
    due_on = ticket.due_at.astimezone(zone).date() if ticket.due_at and not is_held else None
    return reader.see(
        "confirmation.html",
        number=result.number,
        partner=ticket.terms.partner_name,
        kind=ticket.kind.value,
        ordered_on=writes.day(ticket.ordered_on) if ticket.ordered_on else "",
        answer_by=writes.day(due_on) if due_on else "",
        held_until=writes.moment(result.available_from, zone) if is_held else "",
        email=reader.contact.email,
        changed="changed" in reader.request.query_params,
    )


def refused(reader: Reader, result: AdmissionResult, typed: Typed | None = None) -> Response:
    """Say why there is no ticket, with the dates and the number that stands.

    Where other entries could help, there is a way back with those that were `typed`.
    """
    helps = any(reason.code in CORRECTABLE for reason in result.reasons)
    return reader.see(
        "refusal.html",
        reasons=_said(reader, result),
        typed=typed if typed is not None and helps else None,
        token=form_token(reader.context, reader.session),
    )


def _said(reader: Reader, result: AdmissionResult) -> list[str]:
    """Return the reasons in the page's language.

    What a single field lacks was put into words where it was judged, and stays as it is.
    """
    told: dict[str, Any] = result.model_dump(mode="json")
    return [
        reason.message
        if reason.code == "incomplete"
        else reader.context.emails.reason(reader.language, reason.code, reason.field, told)
        for reason in result.reasons
    ]
