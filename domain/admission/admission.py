"""Admission: from a claim to the first answer (R22-R28), and to the ticket that it opens."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import Contact, TicketClaim
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.assessment import AdmissionStatus, Assessment, OrderIdentity
from domain.claims.eligibility.decision import assess
from domain.codes import MessageCode
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.aggregate.ticket_transitions import SYSTEM
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import EmailKind, OutgoingEmail, select_language
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.transition import Transition
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.values.dates import UtcDatetime
from domain.values.json_text import parse_json
from domain.values.parsing import ParseResult
from domain.values.types import FrozenModel

SYNCHRONOUS_ANSWER_LIMIT: Final = timedelta(seconds=10)
"""A refusal that took longer is also sent as a letter: its caller may have gone."""


class AdmissionRequest(FrozenModel):
    """What the workflow asks for; `claim` is the claim's raw JSON text, `run_id` that of the first
    run.
    """

    number: str
    run_id: str
    digest: str
    claim: str
    started_at: UtcDatetime


class CodedReason(FrozenModel):
    """A reason as the caller gets it: code, field, and the words in the member's language."""

    code: str
    field: str | None = None
    message: str = ""


class AdmissionResult(FrozenModel):
    """The answer to a claim (docs/contract.md).

    `contact` is the customer service's address where it helps; `digest` is that of the claim that
    was judged, by which a caller notices that its request key was used for another one before.
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
    """What was decided and written; `ticket` lives on, `emails` wait to be sent.

    `is_from_earlier_run`: an earlier run of the workflow decided, whose history is gone; the result
    is the stored one.
    """

    result: AdmissionResult
    digest: str
    ticket: Ticket | None = None
    emails: tuple[OutgoingEmail, ...] = ()
    is_from_earlier_run: bool = False


class AdmissionRecord(FrozenModel):
    """What the admitting transaction writes; a claim that is not accepted leaves a coded trace."""

    admission: Admission
    change_set: ChangeSet
    claim: TicketClaim = TicketClaim()
    answers: dict[str, str] | None = None
    language: str | None = None
    partner: PartnerRules | None = None
    order: OrderIdentity | None = None


class AssessedClaim(FrozenModel):
    """A claim that was judged, with what its admission needs besides."""

    claim: TicketClaim
    assessment: Assessment
    language: str
    unknown_fields: tuple[str, ...] = ()


def assess_claim(
    reading: ParseResult[TicketClaim],
    facts: AccountFacts,
    partner: PartnerRules | None,
    now: datetime,
) -> AssessedClaim:
    """Judge a claim as it was read; `now` is the moment its workflow started."""
    claim = reading.value or TicketClaim()
    wanted = claim.contact.language if claim.contact else None
    return AssessedClaim(
        claim=claim,
        assessment=assess(claim, facts, partner, now, reading.problems),
        language=select_language(wanted, partner.market.language if partner else "en"),
        unknown_fields=reading.unknown_fields,
    )


def contact_of_refused_claim(request: AdmissionRequest) -> Contact | None:
    """Return whom to write to about a claim that the database keeps no personal data of."""
    claim = parse_claim(parse_json(request.claim.encode())).value
    return claim.contact if claim and claim.contact and claim.contact.email else None


def late_refusal_emails(
    admission: Admission, started_at: datetime, now: datetime
) -> tuple[OutgoingEmail, ...]:
    """Return the letters to send about a claim that was not accepted: its caller may have gone."""
    return admission.emails if now - started_at > SYNCHRONOUS_ANSWER_LIMIT else ()


def refusal_result(number: str, code: str) -> AdmissionResult:
    """Return the answer that refuses with `code` alone."""
    return AdmissionResult(
        status="refused",
        number=number,
        state=State.DISCARDED,
        reasons=(CodedReason(code=code),),
    )


ReasonRenderer = Callable[[AssessedClaim], tuple[CodedReason, ...]]
"""Puts the reasons of a judged claim into the member's words."""


def build_admission(
    request: AdmissionRequest,
    judged: AssessedClaim,
    partner: PartnerRules | None,
    now: datetime,
    render_reasons: ReasonRenderer,
) -> AdmissionRecord:
    """Return what is to be written for a judged claim: a ticket, or the trace of a refusal."""
    assessment = judged.assessment
    if partner is None or assessment.status not in ("accepted", "held"):
        return _refused(request, judged, partner, now, render_reasons)
    until = assessment.available_from if assessment.status == "held" else None
    aggregate = TicketAggregate(_ticket(request, judged, partner))
    aggregate.open(now, until)
    if judged.unknown_fields:
        aggregate.log_message(_unknown_fields(judged.unknown_fields, now))
    change_set = aggregate.collect_changes()
    admission = Admission(
        result=_result(request, judged, aggregate.ticket.state),
        digest=request.digest,
        ticket=aggregate.ticket,
        emails=change_set.emails,
    )
    return AdmissionRecord(
        admission=admission,
        change_set=change_set,
        claim=judged.claim,
        answers=assessment.answers,
        language=judged.language,
        partner=partner,
        order=assessment.order,
    )


def _refused(
    request: AdmissionRequest,
    judged: AssessedClaim,
    partner: PartnerRules | None,
    now: datetime,
    render_reasons: ReasonRenderer,
) -> AdmissionRecord:
    code = judged.assessment.reasons[0].code
    move = Transition(
        seq=1,
        event=Event.CLAIM_DISCARDED,
        from_state=State.CREATED,
        to=State.DISCARDED,
        at=now,
        reason_code=code,
        actor=SYSTEM,
    )
    letters = _refusal_email(judged, partner)
    result = _result(request, judged, State.DISCARDED)
    told = result.model_copy(update={"reasons": render_reasons(judged)})
    return AdmissionRecord(
        admission=Admission(result=told, digest=request.digest, emails=letters),
        change_set=ChangeSet(
            number=request.number,
            version=1,
            state=State.DISCARDED,
            reason_code=code,
            transitions=(move,),
        ),
        claim=TicketClaim(partner_id=judged.claim.partner_id, kind=judged.claim.kind),
        language=judged.language,
    )


def _result(request: AdmissionRequest, judged: AssessedClaim, state: State) -> AdmissionResult:
    assessment = judged.assessment
    return AdmissionResult(
        status=assessment.status,
        number=request.number,
        state=state,
        digest=request.digest,
        available_from=assessment.available_from,
        last_day=assessment.last_day,
        existing_ticket=assessment.existing_ticket,
    )


def _ticket(request: AdmissionRequest, judged: AssessedClaim, partner: PartnerRules) -> Ticket:
    order, kind = judged.assessment.order, judged.claim.kind
    if order is None or kind is None:
        raise AssertionError("only an accepted claim opens a ticket")
    return Ticket(
        number=request.number,
        kind=kind,
        partner_id=partner.id,
        language=judged.language,
        started_at=request.started_at,
        terms=partner.terms,
        reward_kind=order.reward_kind,
        order_key=order.order_key,
        ordered_on=order.ordered_on,
        ordered_at=order.ordered_at,
        anchor_dates=judged.assessment.anchor_dates,
        promised_amount=judged.assessment.promised,
    )


def _unknown_fields(unknown: tuple[str, ...], now: datetime) -> MessageLogEntry:
    body: dict[str, object] = {"unknown_fields": list(unknown)}
    return MessageLogEntry(
        message="claim",
        message_id="",
        actor=SYSTEM,
        code=MessageCode.UNKNOWN_FIELDS,
        at=now,
        body=body,
    )


def _refusal_email(
    judged: AssessedClaim, partner: PartnerRules | None
) -> tuple[OutgoingEmail, ...]:
    """Return the letter that the member is owed if the answer does not come in time."""
    if judged.claim.contact is None or judged.claim.contact.email is None:
        return ()
    name = partner.name if partner else judged.claim.partner_id
    letter = OutgoingEmail(
        key=f"1-{EmailKind.CLAIM_NOT_ACCEPTED}",
        kind=EmailKind.CLAIM_NOT_ACCEPTED,
        language=judged.language,
        params={"partner_name": name or "", **_refusal_params(judged, partner)},
    )
    return (letter,)


def field_label(field: str | None, partner: PartnerRules | None, language: str) -> str | None:
    """Return the words by which the member knows a field of the form; none for other fields."""
    return partner.label(field, language) if partner and field else None


def _refusal_params(judged: AssessedClaim, partner: PartnerRules | None) -> dict[str, Any]:
    assessment = judged.assessment
    return {
        "reasons": [
            reason.model_dump() | {"label": field_label(reason.field, partner, judged.language)}
            for reason in assessment.reasons
        ],
        "available_from": _iso(assessment.available_from),
        "last_day": _iso(assessment.last_day),
        "existing_ticket": assessment.existing_ticket,
    }


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
