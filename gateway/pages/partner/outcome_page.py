"""The page behind a partner's signed link: the claim, and its outcome, once in each round.

Whoever has the link may answer, so there is no session and no cookie, and the address with its
token goes nowhere: pages name no referrer. Whatever is wrong with a token, the answer is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from adapters.email.claim_fields import claim_payload, render_claim_fields
from adapters.email.sanitizing import strip_control_characters
from adapters.postgres.partners.linked_claims import get_linked_claim, list_outcomes_by_link
from adapters.security.signed_links import OUTCOME, LinkSubject, verify_link
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected, TransientError
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from gateway.context import AppContext, Context
from gateway.http.problem_status import STATUS
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_refusals
from gateway.outcome_intake import accept_outcomes
from gateway.pages.csrf import read_form
from gateway.pages.partner import labels
from gateway.pages.partner.outcome_form import (
    ANSWERABLE,
    Answered,
    answer_id,
    current_round,
    read_answer,
)
from gateway.pages.rendering import LANGUAGE, reading_language, render_page

R = TypeVar("R", bound=Response)
router = APIRouter(include_in_schema=False)
ADDRESS: Final = "/partners/{partner_id}/tickets/{number}/outcome"
_STALE: Final = 409
_FIELDS: Final = (
    "round", "outcome", "confirmed", "amount", "activated_on", "contract_started_on",
    "cancellation_ends_on", "confirmed_note", "reason_code", "rejected_note", "question",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A claim that a link has opened, and what was answered by links before."""

    row: Mapping[str, Any]
    rules: PartnerRules
    answers: Sequence[tuple[PartnerOutcome, datetime, str | None]]

    @property
    def state(self) -> State:
        """Where its ticket stands, as the books know it."""
        return State(self.row["state"])

    @property
    def round(self) -> int:
        """The round it is in."""
        return current_round(self.state, self.row["questions"])

    @property
    def standing(self) -> str:
        """`answered` in this round, `closed`, or `open` for an answer."""
        counted = {
            one.outcome_id for one, _, code in self.answers if code != MessageCode.TICKET_CLOSED
        }
        if answer_id(self.round) in counted:
            return "answered"
        return "open" if self.state in ANSWERABLE else "closed"


@dataclass(frozen=True)
class Form:
    """What was filled in: texts by field, and the entries of the claim that were ticked."""

    told: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(_FIELDS, ""))
    ticked: Sequence[str] = ()


@router.get(ADDRESS)
async def show(request: Request, context: Context, partner_id: str, number: str) -> Response:
    """Show the claim, and the form for its outcome, or what was answered; nothing of a claim that
    has ended.
    """
    try:
        claim = await _open(request, context, partner_id, number)
    except (RequestRejected, TransientError, Problem) as error:
        return _said_no(request, error)
    if claim.state.is_final:
        return _ended(request, context, claim)
    return _form(request, context, claim, Form())


@router.post(ADDRESS)
async def answer(request: Request, context: Context, partner_id: str, number: str) -> Response:
    """Take an answer: it is shown once more first, and taken when the partner is sure."""
    try:
        claim = await _open(request, context, partner_id, number)
        sent = await read_form(request)
        return await _answered(request, context, claim, _read(sent, claim.rules))
    except (RequestRejected, TransientError, Problem) as error:
        return _said_no(request, error)


async def _open(request: Request, context: AppContext, partner_id: str, number: str) -> Claim:
    """Raise `RequestRejected("invalid_link")` unless the link opens this partner's claim."""
    token = request.query_params.get("token", "")
    subject = LinkSubject(OUTCOME, number, partner_id)
    with log_refusals(
        SecurityEvent.LINK_REFUSED, kind="partner", number=number, partner=partner_id
    ):
        verify_link(token, " ".join(context.partner_secrets(partner_id)), subject, context.now)
    row = await get_linked_claim(context.database, partner_id, number)
    if row is None:
        raise RequestRejected(RefusalCode.INVALID_LINK)
    await context.limits.hit("partner_page", f"{partner_id}/{number}")
    answers = await list_outcomes_by_link(context.database, partner_id, number)
    return Claim(row, PartnerRules.from_storage(row["rules"]), answers)


async def _answered(request: Request, context: AppContext, claim: Claim, form: Form) -> Response:
    if claim.standing != "open":
        return _back(request)
    is_stale = form.told.get("round") != str(claim.round) or _asks_in_vain(claim, form)
    found = _outcome(claim, form)
    sure = form.told.get("confirmed")
    if found.outcome is None or is_stale or sure == "no":
        return _form(request, context, claim, form, found.problems, is_stale)
    if sure != "yes":
        return _look_again(request, context, claim, form, found.outcome)
    await accept_outcomes(context, claim.rules.id, [found.outcome])
    return _back(request)


def _asks_in_vain(claim: Claim, form: Form) -> bool:
    """Say whether the form asks what a ticket whose member is being asked would not hear."""
    is_asked = claim.state is State.INFORMATION_REQUESTED
    return is_asked and form.told.get("outcome") == "information_requested"


def _read(sent: FormData, rules: PartnerRules) -> Form:
    told = {name: strip_control_characters(str(sent.get(name) or "")).strip() for name in _FIELDS}
    ticked = sent.getlist("question_fields")
    return Form(told, [one.name for one in rules.fields if one.name in ticked])


def _outcome(claim: Claim, form: Form) -> Answered:
    number, rules = claim.row["number"], claim.rules
    words = labels.questions(rules, form.ticked, claim.row["language"])
    asked = [*words, *filter(None, [form.told.get("question")])]
    return read_answer(form.told, asked, rules, number, answer_id(claim.round))


def _form(
    request: Request,
    context: AppContext,
    claim: Claim,
    form: Form,
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> HTMLResponse:
    language = _language(request, claim)
    wrong = labels.problems(context.emails, language, claim.rules, problems or {})
    content = {
        **_content(context, claim, language),
        "told": form.told,
        "ticked": form.ticked,
        "errors": wrong,
        "is_stale": is_stale,
        **labels.choices(claim.rules, ClaimKind(claim.row["kind"]), language),
        "may_ask": claim.state is not State.INFORMATION_REQUESTED,
        "member_reads": claim.row["language"],
    }
    status = _STALE if is_stale else 422 if wrong else 200
    return _private(
        render_page(request, "partner/outcome.html", "partner", language, content, status)
    )


def _look_again(
    request: Request, context: AppContext, claim: Claim, form: Form, outcome: PartnerOutcome
) -> HTMLResponse:
    language = _language(request, claim)
    reason = outcome.reason_code
    content = {
        **_content(context, claim, language),
        "said": labels.said(context, language, claim.rules, outcome),
        "kept": _kept(form),
        "reason": context.emails.translate(language, "rejections", reason) if reason else "",
    }
    return _private(render_page(request, "partner/confirm.html", "partner", language, content))


def _kept(form: Form) -> list[tuple[str, str]]:
    """Return what the second page carries on: all but whether the partner is sure."""
    texts = [(name, text) for name, text in form.told.items() if text and name != "confirmed"]
    return [*texts, *(("question_fields", name) for name in form.ticked)]


def _content(context: AppContext, claim: Claim, language: str) -> dict[str, Any]:
    """Return what both pages show."""
    said = [
        labels.said(context, language, claim.rules, outcome, at)
        for outcome, at, code in claim.answers
        if code != MessageCode.TICKET_CLOSED
    ]
    return {
        "number": claim.row["number"],
        "partner_name": claim.rules.name,
        "fields": render_claim_fields(
            context.emails, claim.rules, claim_payload(claim.row), language
        ),
        "standing": claim.standing,
        "round": claim.round,
        "answers": said,
        "support_email": context.settings.support_email,
    }


def _language(request: Request, claim: Claim) -> str:
    return reading_language(request, claim.rules.market.language)


def _back(request: Request) -> Response:
    """Lead back to the page, which shows what was answered: a reload sends nothing again."""
    kept = {name: request.query_params.get(name) for name in ("token", LANGUAGE)}
    query = urlencode({name: value for name, value in kept.items() if value})
    return _private(RedirectResponse(f"?{query}", 303))


def _ended(request: Request, context: AppContext, claim: Claim) -> Response:
    """Say that the claim has ended and whom to write to, and nothing else about it: the link
    outlives its use.
    """
    service = context.settings.support_email
    content = {"message": "ended", "severity": "", "support_email": service}
    return _private(
        render_page(
            request, "partner/error.html", "partner", _language(request, claim), content, 200
        )
    )


def _said_no(request: Request, error: Exception) -> Response:
    is_away = isinstance(error, TransientError | Problem)
    message = "unavailable" if is_away else "invalid_link"
    content = {"message": message, "severity": "warn" if is_away else "bad"}
    language = reading_language(request)
    status = STATUS[error.code] if isinstance(error, Problem) else 503 if is_away else 403
    response = render_page(request, "partner/error.html", "partner", language, content, status)
    if is_away:
        response.headers["retry-after"] = "5"
    if isinstance(error, Problem):
        response.headers.update(error.headers)
    return _private(response)


def _private(response: R) -> R:
    del response.headers["set-cookie"]
    response.headers["referrer-policy"] = "no-referrer"
    return response
