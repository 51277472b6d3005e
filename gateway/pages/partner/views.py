"""Renders the pages behind a partner's link.

They set no cookie and send no referrer: the URL with its token stays between browser and gateway.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from fastapi import Request
from fastapi.responses import Response

from adapters.email.claim_fields import claim_payload, render_claim_fields
from domain.errors import RequestRejected, TransientError
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from gateway.context import AppContext
from gateway.http.problem_status import STATUS
from gateway.http.problems import RETRY_AFTER_SECONDS, Problem
from gateway.pages.partner.form_data import OutcomeFormData
from gateway.pages.partner.labels import (
    AREA,
    above_maximum,
    amount_help,
    field_errors,
    form_choices,
    outcome_details,
)
from gateway.pages.partner.linked_claim import LinkedClaim
from gateway.pages.rendering import reading_language, render_page

R = TypeVar("R", bound=Response)
_STALE_STATUS: Final = 409


def form_page(
    request: Request,
    context: AppContext,
    claim: LinkedClaim,
    form: OutcomeFormData,
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> Response:
    """Render the claim with the form for its outcome, or with the outcome that was submitted."""
    language = _language(request, claim)
    errors = field_errors(context.emails, language, claim.rules, problems or {})
    content = {
        **_claim_content(context, claim, language),
        **form_choices(claim.rules, claim.kind, language),
        "amount_help": amount_help(context, language, claim.row),
        "values": form.values,
        "question_fields": form.question_fields,
        "errors": errors,
        "is_stale": is_stale,
        "may_ask": claim.state is not State.INFORMATION_REQUESTED,
        "member_language": claim.member_language,
    }
    status = _STALE_STATUS if is_stale else 422 if errors else 200
    return _render(request, "outcome.html", language, content, status)


def confirmation_page(
    request: Request,
    context: AppContext,
    claim: LinkedClaim,
    form: OutcomeFormData,
    outcome: PartnerOutcome,
) -> Response:
    """Render the outcome once more, for the partner to confirm it."""
    language, reason = _language(request, claim), outcome.reason_code
    texts = context.emails
    content = {
        **_claim_content(context, claim, language),
        "above_maximum": above_maximum(context, language, claim.rules, outcome),
        "outcome": outcome_details(context, language, claim.rules, outcome),
        "hidden_fields": form.hidden_fields,
        "reason": texts.translate(language, "rejections", reason) if reason else "",
    }
    return _render(request, "confirm.html", language, content)


def closed_page(request: Request, context: AppContext, claim: LinkedClaim) -> Response:
    """Say that the claim is closed, and whom to write to: the link outlives its use."""
    content = {
        "message": "ended",
        "severity": "",
        "support_email": context.settings.support_email,
    }
    return _render(request, "error.html", _language(request, claim), content)


def error_page(request: Request, error: RequestRejected | TransientError | Problem) -> Response:
    """Say that the link is invalid, or that the service is unavailable."""
    language = reading_language(request)
    if isinstance(error, RequestRejected):
        content = {"message": "invalid_link", "severity": "bad"}
        return _render(request, "error.html", language, content, 403)
    content = {"message": "unavailable", "severity": "warn"}
    status = STATUS[error.code] if isinstance(error, Problem) else 503
    response = _render(request, "error.html", language, content, status)
    response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, Problem):
        response.headers.update(error.headers)
    return response


def without_referrer(response: R) -> R:
    """Remove cookies, and keep the URL with its token out of referrers."""
    del response.headers["set-cookie"]
    response.headers["referrer-policy"] = "no-referrer"
    return response


def _render(
    request: Request,
    template: str,
    language: str,
    content: Mapping[str, object],
    status: int = 200,
) -> Response:
    path = f"partner/{template}"
    return without_referrer(render_page(request, path, AREA, language, content, status))


def _claim_content(context: AppContext, claim: LinkedClaim, language: str) -> dict[str, object]:
    """Return what the form page and the confirmation page show of the claim."""
    return {
        "number": claim.number,
        "partner_name": claim.rules.name,
        "fields": render_claim_fields(
            context.emails, claim.rules, claim_payload(claim.row), language
        ),
        "page_state": claim.page_state,
        "round": claim.round,
        "outcomes": [
            outcome_details(context, language, claim.rules, one.outcome, one.received_at)
            for one in claim.counted_outcomes
        ],
        "support_email": context.settings.support_email,
    }


def _language(request: Request, claim: LinkedClaim) -> str:
    return reading_language(request, claim.rules.market.language)
