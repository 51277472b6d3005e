"""Result page of a filed claim: confirmation with ticket number (R26–R28), or refusal with reasons.

While the claim is still being processed, the page says so.
"""

from typing import Final

from fastapi.responses import Response

from adapters.postgres.tickets.ownership import get_admission
from domain.admission.admission import Admission, AdmissionResult
from gateway.pages.csrf import csrf_token
from gateway.pages.form_fields import FormValues
from gateway.pages.member.access import MemberRequest
from gateway.pages.member.claim_validation import CORRECTABLE_CODES
from gateway.pages.member.form_key import FormKey

ACCEPTED_STATUSES: Final = frozenset({"accepted", "held"})


async def load_admission(member: MemberRequest, key: FormKey) -> Admission | None:
    """Return the decision on the form with this key, if there is one."""
    return await get_admission(member.context.database, key.ticket_number)


async def is_accepted(member: MemberRequest, key: FormKey) -> bool:
    """Say whether the form with this key became a ticket."""
    admission = await load_admission(member, key)
    return admission is not None and admission.result.status in ACCEPTED_STATUSES


def result_page(member: MemberRequest, admission: Admission) -> Response:
    """Render the decision on a form."""
    if admission.result.status in ACCEPTED_STATUSES:
        return _confirmation_page(member, admission)
    return refusal_page(member, admission.result)


def _confirmation_page(member: MemberRequest, admission: Admission) -> Response:
    """Confirm at the top of the page, with the number; then what happens next, with its dates."""
    ticket, result, formatter = admission.ticket, admission.result, member.formatter
    if ticket is None:
        raise AssertionError("an accepted claim has a ticket")
    zone, is_held = ticket.terms.market.zone, result.status == "held"
    due_on = ticket.due_at.astimezone(zone).date() if ticket.due_at and not is_held else None
    return member.render(
        "confirmation.html",
        number=result.number,
        partner=ticket.terms.partner_name,
        kind=ticket.kind.value,
        ordered_on=formatter.format_date(ticket.ordered_on) if ticket.ordered_on else "",
        answer_by=formatter.format_date(due_on) if due_on else "",
        held_until=formatter.format_datetime(result.available_from, zone) if is_held else "",
        email=member.contact.email,
        changed="changed" in member.request.query_params,
    )


def refusal_page(
    member: MemberRequest, result: AdmissionResult, values: FormValues | None = None
) -> Response:
    """Say why there is no ticket, with the dates and the number of an existing ticket.

    If other values could help, a button leads back to the form with the submitted `values`.
    """
    is_correctable = any(reason.code in CORRECTABLE_CODES for reason in result.reasons)
    return member.render(
        "refusal.html",
        reasons=_reasons(member, result),
        values=values if values is not None and is_correctable else None,
        csrf_token=csrf_token(member.context, member.session),
    )


def _reasons(member: MemberRequest, result: AdmissionResult) -> list[str]:
    """Return the reasons in the page's language.

    The message about an incomplete field was written when the claim was assessed, and stays.
    """
    emails, values = member.context.emails, result.model_dump(mode="json")
    return [
        reason.message
        if reason.code == "incomplete"
        else emails.render_reason(member.language, reason.code, reason.field, values)
        for reason in result.reasons
    ]
