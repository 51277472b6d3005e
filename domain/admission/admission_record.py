"""What the admitting transaction stores: a ticket, or the codes of a refusal."""

from collections.abc import Callable
from datetime import datetime

from domain.admission.admission import (
    Admission,
    AdmissionRequest,
    AdmissionResult,
    CodedReason,
)
from domain.admission.assessed_claim import AssessedClaim
from domain.admission.refusal_emails import build_refusal_emails
from domain.claims.claim import TicketClaim
from domain.claims.eligibility.assessment import OrderIdentity
from domain.codes import MessageCode
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.aggregate.ticket_transitions import SYSTEM
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.transition import Transition
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.values.types import FrozenModel


class AdmissionRecord(FrozenModel):
    """The content of the admitting transaction; of a refused claim, only codes."""

    admission: Admission
    change_set: ChangeSet
    claim: TicketClaim = TicketClaim()
    answers: dict[str, str] | None = None
    language: str | None = None
    partner: PartnerRules | None = None
    order: OrderIdentity | None = None


ReasonRenderer = Callable[[AssessedClaim], tuple[CodedReason, ...]]
"""Renders the reasons of an assessed claim in the member's language."""


def build_admission(
    request: AdmissionRequest,
    assessed: AssessedClaim,
    partner: PartnerRules | None,
    now: datetime,
    render_reasons: ReasonRenderer,
) -> AdmissionRecord:
    """Return what is to be stored for an assessed claim."""
    if partner is None or assessed.assessment.status not in ("accepted", "held"):
        reasons = render_reasons(assessed)
        return _refused(request, assessed, partner, now, reasons)
    return _accepted(request, assessed, partner, now)


def _accepted(
    request: AdmissionRequest, assessed: AssessedClaim, partner: PartnerRules, now: datetime
) -> AdmissionRecord:
    assessment = assessed.assessment
    aggregate = TicketAggregate(_ticket(request, assessed, partner))
    aggregate.open(now, assessment.available_from if assessment.status == "held" else None)
    if assessed.unknown_fields:
        aggregate.log_message(_unknown_fields_entry(assessed.unknown_fields, now))
    change_set = aggregate.collect_changes()
    return AdmissionRecord(
        admission=Admission(
            result=_result(request, assessed, aggregate.ticket.state),
            digest=request.digest,
            ticket=aggregate.ticket,
            emails=change_set.emails,
        ),
        change_set=change_set,
        claim=assessed.claim,
        answers=assessment.answers,
        language=assessed.language,
        partner=partner,
        order=assessment.order,
    )


def _refused(
    request: AdmissionRequest,
    assessed: AssessedClaim,
    partner: PartnerRules | None,
    now: datetime,
    reasons: tuple[CodedReason, ...],
) -> AdmissionRecord:
    code = assessed.assessment.reasons[0].code
    transition = Transition(
        seq=1,
        event=Event.CLAIM_DISCARDED,
        from_state=State.CREATED,
        to=State.DISCARDED,
        at=now,
        reason_code=code,
        actor=SYSTEM,
    )
    return AdmissionRecord(
        admission=Admission(
            result=_result(request, assessed, State.DISCARDED, reasons),
            digest=request.digest,
            emails=build_refusal_emails(assessed, partner),
        ),
        change_set=ChangeSet(
            number=request.number,
            version=1,
            state=State.DISCARDED,
            reason_code=code,
            transitions=(transition,),
        ),
        claim=TicketClaim(partner_id=assessed.claim.partner_id, kind=assessed.claim.kind),
        language=assessed.language,
    )


def _result(
    request: AdmissionRequest,
    assessed: AssessedClaim,
    state: State,
    reasons: tuple[CodedReason, ...] = (),
) -> AdmissionResult:
    assessment = assessed.assessment
    return AdmissionResult(
        status=assessment.status,
        number=request.number,
        state=state,
        reasons=reasons,
        digest=request.digest,
        available_from=assessment.available_from,
        last_day=assessment.last_day,
        existing_ticket=assessment.existing_ticket,
    )


def _ticket(request: AdmissionRequest, assessed: AssessedClaim, partner: PartnerRules) -> Ticket:
    order, kind = assessed.assessment.order, assessed.claim.kind
    if order is None or kind is None:
        raise AssertionError("only an accepted claim opens a ticket")
    return Ticket(
        number=request.number,
        kind=kind,
        partner_id=partner.id,
        language=assessed.language,
        started_at=request.started_at,
        terms=partner.terms,
        reward_kind=order.reward_kind,
        order_key=order.order_key,
        ordered_on=order.ordered_on,
        ordered_at=order.ordered_at,
        anchor_dates=assessed.assessment.anchor_dates,
        promised_amount=assessed.assessment.promised,
    )


def _unknown_fields_entry(fields: tuple[str, ...], now: datetime) -> MessageLogEntry:
    return MessageLogEntry(
        message="claim",
        message_id="",
        actor=SYSTEM,
        code=MessageCode.UNKNOWN_FIELDS,
        at=now,
        body={"unknown_fields": list(fields)},
    )
