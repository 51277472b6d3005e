"""The member's form: kind, link, fields, confirmation (the screens behind the help page).

What a step needs of the one before stands in its address. The key of the form stands there too: so
whatever is sent twice is one ticket.
"""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from temporalio.service import RPCError

from domain.claims.claim_digest import claim_digest
from domain.errors import TransientError
from domain.partners.profile import ClaimKind
from domain.values.email_addresses import requires_smtputf8
from gateway.claim_filing import FilingResult, file_claim
from gateway.context import Context
from gateway.http.problems import RETRY_AFTER_SECONDS
from gateway.i18n import catalog
from gateway.pages.errors import tell_away
from gateway.pages.form_fields import Typed, shown, summed_up, typed_in
from gateway.pages.member.access import HOME, FormRoute, Member, Reader, lead_to
from gateway.pages.member.claim_form import DAY, TIME, Subject, claim_of, errors_in
from gateway.pages.member.claimable_options import Choices, choices_of, offered
from gateway.pages.member.result import STANDS, admission_of, confirmed, number_of, refused
from gateway.pages.sessions import form_of, form_token
from gateway.pages.sign_in import left, let_in, sign_out, welcome
from gateway.temporal_client import workflow_exists

_BACK: Final = "back"
Key = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{8,100}$")]
Choice = Annotated[str, Query(max_length=200)]


router = APIRouter(prefix=HOME, include_in_schema=False, route_class=FormRoute)


@router.get("/sign-in")
async def enter(request: Request, context: Context, token: str = "") -> Response:
    """Show the button of a hand-over; nothing is used up."""
    return await welcome(context, request, "member", token)


@router.post("/sign-in")
async def enter_by_form(request: Request, context: Context) -> Response:
    """Begin by a hand-over, from our button or straight from the platform."""
    return await let_in(context, request, "member")


@router.post("/sign-out")
async def leave(reader: Member) -> Response:
    """Sign out."""
    await sign_out(reader.context, reader.request, reader.session)
    return left(reader.context, reader.request, "member", reader.language)


@router.get("")
async def kinds(reader: Member) -> Response:
    """Step 1: what is it about (R11-R14)?"""
    return reader.see("step_kind.html", kinds=[kind.value for kind in ClaimKind])


@router.get("/result")
async def answer(reader: Member, idempotency_key: Key) -> Response:
    """Give the answer to a form that was sent (R26): as often as it is asked for."""
    admission = await admission_of(reader, idempotency_key)
    if admission is None:
        number = number_of(reader, idempotency_key)
        if not await workflow_exists(reader.context.temporal, number):
            return lead_to(HOME)
        again = _address("result", idempotency_key=idempotency_key)
        return reader.see("pending.html", 202, number=number, again=again)
    if admission.result.status in STANDS:
        return confirmed(reader, admission)
    return refused(reader, admission.result)


@router.get("/{kind}")
async def choices(reader: Member, kind: ClaimKind, missing: bool = False) -> Response:
    """Step 2: which link, or which rejected reward (R10, R15, R16)?"""
    found = await choices_of(reader.context, reader.account, kind)
    return reader.see(
        "step_link.html",
        422 if missing else 200,
        kind=kind.value,
        offers=offered(reader.context, reader.language, found.found),
        missing=missing,
    )


@router.get("/{kind}/details")
async def details(
    reader: Member, kind: ClaimKind, choice: Choice = "", idempotency_key: Key | None = None
) -> Response:
    """Step 3: the partner's own fields (R17-R19)."""
    if not choice:
        return lead_to(_address(kind.value, missing="true"))
    if idempotency_key is None:
        fresh = secrets.token_urlsafe(12)
        return lead_to(_address(f"{kind.value}/details", choice=choice, idempotency_key=fresh))
    if await _stands(reader, idempotency_key):
        return lead_to(_address("result", idempotency_key=idempotency_key))
    chosen, _ = await _chosen(reader, kind, choice)
    return _form(reader, chosen, chosen.known) if chosen else lead_to(_address(kind.value))


@router.post("/{kind}/details")
async def send(reader: Member, kind: ClaimKind, choice: Choice, idempotency_key: Key) -> Response:
    """File the claim: sent twice, it is one ticket with one answer."""
    form = await form_of(reader.context, reader.request, reader.session)
    chosen, found = await _chosen(reader, kind, choice)
    if chosen is None:
        if await _stands(reader, idempotency_key):
            return lead_to(_address("result", idempotency_key=idempotency_key))
        return lead_to(_address(kind.value))
    typed = typed_in(form, chosen.inputs)
    if _BACK in form:
        return _form(reader, chosen, typed)
    claim = claim_of(reader, chosen, typed)
    errors = errors_in(reader, chosen, found.known, typed, claim)
    if errors:
        return _form(reader, chosen, typed, errors, 422)
    try:
        idempotency_key, filed = await _file(reader, claim, idempotency_key)
    except (TransientError, RPCError) as error:
        tell_away(error)
        return _form(reader, chosen, typed, status=503)
    return _told(reader, typed, idempotency_key, filed)


async def _file(
    reader: Reader, claim: Mapping[str, Any], idempotency_key: str
) -> tuple[str, FilingResult]:
    """File under the form's key; what was corrected after a refusal gets a key of its own.

    That key comes from the correction, so that it can be sent twice, too.
    """
    filed = await _file_under(reader, claim, idempotency_key)
    if not _was_other(filed) or await _stands(reader, idempotency_key):
        return idempotency_key, filed
    idempotency_key = f"{idempotency_key[:60]}.{claim_digest(claim)[:20]}"
    return idempotency_key, await _file_under(reader, claim, idempotency_key)


async def _file_under(
    reader: Reader, claim: Mapping[str, Any], idempotency_key: str
) -> FilingResult:
    return await file_claim(reader.context, claim, f"page-{idempotency_key}")


def _was_other(filed: FilingResult) -> bool:
    """Say whether other entries were sent under this key before."""
    return bool(filed.result and any(one.code == "key_reused" for one in filed.result.reasons))


def _told(reader: Reader, typed: Typed, idempotency_key: str, filed: FilingResult) -> Response:
    if filed.result is None or filed.result.status in STANDS:
        return lead_to(_address("result", idempotency_key=idempotency_key))
    if _was_other(filed):
        return lead_to(_address("result", idempotency_key=idempotency_key, changed="true"))
    return refused(reader, filed.result, typed)


async def _stands(reader: Reader, idempotency_key: str) -> bool:
    admission = await admission_of(reader, idempotency_key)
    return admission is not None and admission.result.status in STANDS


async def _chosen(reader: Reader, kind: ClaimKind, choice: str) -> tuple[Subject | None, Choices]:
    """Look the choice up among the account's own; none where it cannot be filed."""
    found = await choices_of(reader.context, reader.account, kind)
    named = found.named(choice)
    if named is None:
        return None, found
    rules = reader.context.profiles[named.partner_id].rules
    return Subject(kind=kind, choice=named, rules=rules), found


def _form(
    reader: Reader,
    chosen: Subject,
    typed: Typed,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Show the form with what was typed, and with what is wrong, at its place and at the top."""
    errors, language = errors or {}, reader.language
    fields = shown(chosen.fields, typed, errors, language)
    said = catalog("member", language)["details"]
    labels = {DAY: said["ordered_on"], TIME: said["ordered_time"]}
    labels |= {field.name: field.label for field in fields}
    zone = chosen.rules.market.zone
    response = reader.see(
        "step_details.html",
        status,
        token=form_token(reader.context, reader.session),
        offer=offered(reader.context, language, [chosen.choice])[0],
        subject=chosen,
        typed=typed,
        errors=errors,
        summary=summed_up(labels, errors),
        fields=fields,
        clicked_on=reader.writes.day(chosen.choice.clicked_on),
        today=reader.context.now.astimezone(zone).date().isoformat(),
        away=status == 503,
        writes_to="" if requires_smtputf8(reader.contact.email or "") else reader.contact.email,
    )
    if status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response


def _address(step: str, **values: str) -> str:
    return f"{HOME}/{step}" + (f"?{urlencode(values)}" if values else "")
