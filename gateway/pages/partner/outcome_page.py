"""The page behind a partner's signed link: the claim, and its outcome once in each round.

Anybody with the link may submit an outcome: there is no session. Every invalid link gets the same
page (docs/requirements.md, "Pages").
"""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from domain.errors import RequestRejected, TransientError
from gateway.context import AppContext, Context
from gateway.http.problems import Problem
from gateway.outcome_intake import accept_outcomes
from gateway.pages.csrf import read_form
from gateway.pages.partner.form_data import OutcomeFormData, read_form_data
from gateway.pages.partner.linked_claim import LinkedClaim, open_claim
from gateway.pages.partner.views import (
    closed_page,
    confirmation_page,
    error_page,
    form_page,
    without_referrer,
)
from gateway.pages.rendering import LANGUAGE

router = APIRouter(include_in_schema=False)
PATH: Final = "/partners/{partner_id}/tickets/{number}/outcome"


@router.get(PATH)
async def show_claim(request: Request, context: Context, partner_id: str, number: str) -> Response:
    """Show the claim with the form, or with the submitted outcome; nothing of a closed claim."""
    try:
        claim = await open_claim(request, context, partner_id, number)
    except (RequestRejected, TransientError, Problem) as error:
        return error_page(request, error)
    if claim.state.is_final:
        return closed_page(request, context, claim)
    return form_page(request, context, claim, OutcomeFormData())


@router.post(PATH)
async def submit(request: Request, context: Context, partner_id: str, number: str) -> Response:
    """Accept an outcome: it is shown once more first, and counts when the partner confirms it."""
    try:
        claim = await open_claim(request, context, partner_id, number)
        sent = await read_form(request)
        return await _process(request, context, claim, read_form_data(sent, claim.rules))
    except (RequestRejected, TransientError, Problem) as error:
        return error_page(request, error)


async def _process(
    request: Request, context: AppContext, claim: LinkedClaim, form: OutcomeFormData
) -> Response:
    if claim.page_state != "open":
        return _redirect_back(request)
    parsed, is_stale = form.parse(claim), form.is_stale(claim)
    if parsed.outcome is None or is_stale or form.is_confirmed is False:
        return form_page(request, context, claim, form, parsed.problems, is_stale)
    if form.is_confirmed is None:
        return confirmation_page(request, context, claim, form, parsed.outcome)
    await accept_outcomes(context, claim.rules.id, [parsed.outcome])
    return _redirect_back(request)


def _redirect_back(request: Request) -> Response:
    """Redirect to the page, which shows the submitted outcome: a reload sends nothing again."""
    parameters = {name: request.query_params.get(name) for name in ("token", LANGUAGE)}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return without_referrer(RedirectResponse(f"?{query}", 303))
