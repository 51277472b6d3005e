"""The member's form: kind, link, details, result.

What a step needs of the one before is in its URL, and so is the form's key: whatever is sent twice
is one ticket (docs/requirements.md, "Pages").
"""

import secrets
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from temporalio.service import RPCError

from domain.errors import TransientError
from domain.partners.claim_kind import ClaimKind
from gateway.pages.csrf import read_protected_form
from gateway.pages.errors import log_unavailable
from gateway.pages.form_fields import FormValues, read_values
from gateway.pages.member import session
from gateway.pages.member.access import (
    BASE_PATH,
    CurrentMember,
    MemberRequest,
    MemberRoute,
    redirect,
)
from gateway.pages.member.claim_form import ClaimForm, build_claim
from gateway.pages.member.claim_validation import validate
from gateway.pages.member.claimable_options import AvailableLinks, load_options, render_options
from gateway.pages.member.details_page import details_page
from gateway.pages.member.filing import FilingCase, FormFiling, file_or_recover
from gateway.pages.member.form_key import FormKey
from gateway.pages.member.result import is_accepted, load_admission, refusal_page, result_page
from gateway.temporal_client import workflow_exists

_BACK_BUTTON: Final = "back"
KeyParameter = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{8,100}$")]
ChoiceParameter = Annotated[str, Query(max_length=200)]


router = APIRouter(prefix=BASE_PATH, include_in_schema=False, route_class=MemberRoute)
router.include_router(session.router)


@router.get("")
async def step_kind(member: CurrentMember) -> Response:
    """Step 1: what is the claim about (R11–R14)?"""
    return member.render("step_kind.html", kinds=[kind.value for kind in ClaimKind])


@router.get("/result")
async def result(member: CurrentMember, idempotency_key: KeyParameter) -> Response:
    """Show the result of a form that was sent (R26), as often as it is asked for."""
    key = FormKey(account_id=member.account_id, value=idempotency_key)
    admission = await load_admission(member, key)
    if admission is not None:
        return result_page(member, admission)
    if not await workflow_exists(member.context.temporal, key.ticket_number):
        return redirect(BASE_PATH)
    return member.render("pending.html", 202, number=key.ticket_number, reload_url=_result_url(key))


@router.get("/{kind}")
async def step_link(member: CurrentMember, kind: ClaimKind, missing: bool = False) -> Response:
    """Step 2: which link, or which rejected reward (R10, R15, R16)?"""
    available = await load_options(member.context, member.account_id, kind)
    return member.render(
        "step_link.html",
        422 if missing else 200,
        kind=kind.value,
        options=render_options(member.context, member.language, available.links),
        missing=missing,
    )


@router.get("/{kind}/details")
async def step_details(
    member: CurrentMember,
    kind: ClaimKind,
    choice: ChoiceParameter = "",
    idempotency_key: KeyParameter | None = None,
) -> Response:
    """Step 3: the partner's own fields (R17–R19)."""
    if not choice:
        return redirect(_url(kind.value, missing="true"))
    if idempotency_key is None:
        new_key = secrets.token_urlsafe(12)
        return redirect(_url(f"{kind.value}/details", choice=choice, idempotency_key=new_key))
    key = FormKey(account_id=member.account_id, value=idempotency_key)
    if await is_accepted(member, key):
        return redirect(_result_url(key))
    available = await load_options(member.context, member.account_id, kind)
    form = _resolve_choice(member, kind, choice, available)
    return details_page(member, form, form.initial_values) if form else redirect(_url(kind.value))


@router.post("/{kind}/details")
async def submit(
    member: CurrentMember,
    kind: ClaimKind,
    choice: ChoiceParameter,
    idempotency_key: KeyParameter,
) -> Response:
    """File the claim: sent twice, it is one ticket with one answer."""
    sent = await read_protected_form(member.context, member.request, member.session)
    available = await load_options(member.context, member.account_id, kind)
    key = FormKey(account_id=member.account_id, value=idempotency_key)
    form = _resolve_choice(member, kind, choice, available)
    if form is None:
        return redirect(_result_url(key) if await is_accepted(member, key) else _url(kind.value))
    values = read_values(sent, form.input_names)
    if _BACK_BUTTON in sent:
        return details_page(member, form, values)
    claim = build_claim(member, form, values)
    errors = validate(member, form, available.history, values, claim)
    if errors:
        return details_page(member, form, values, errors, 422)
    try:
        filing = await file_or_recover(member, key, claim)
    except (TransientError, RPCError) as error:
        log_unavailable(error)
        return details_page(member, form, values, status=503)
    return _redirect_after_filing(member, values, filing)


def _redirect_after_filing(
    member: MemberRequest, values: FormValues, filing: FormFiling
) -> Response:
    if filing.is_final or filing.result.result is None:
        return redirect(_result_url(filing.key))
    if filing.case is FilingCase.OTHER_WAS_ACCEPTED:
        return redirect(_result_url(filing.key, changed="true"))
    return refusal_page(member, filing.result.result, values)


def _resolve_choice(
    member: MemberRequest, kind: ClaimKind, choice: str, available: AvailableLinks
) -> ClaimForm | None:
    """Return the form for one of the account's own choices; `None` where it cannot be filed."""
    link = available.find(choice)
    if link is None:
        return None
    rules = member.context.profiles[link.partner_id].rules
    return ClaimForm(kind=kind, choice=link, rules=rules)


def _result_url(key: FormKey, **values: str) -> str:
    return _url("result", idempotency_key=key.value, **values)


def _url(step: str, **values: str) -> str:
    return f"{BASE_PATH}/{step}" + (f"?{urlencode(values)}" if values else "")
