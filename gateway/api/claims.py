"""Claims in: what may be claimed, the partner's form, the decision, and the filing."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from adapters.postgres.account_links import MOST, known_of
from domain.claims.claimable_links import (
    AccountHistory,
    ClaimableLink,
    list_claimable,
    market_dates,
)
from domain.partners.profile import ClaimKind
from domain.values.types import is_valid_unicode
from gateway.api.form_schema import EXAMPLE, SchemaResponse, form_schema
from gateway.api.schemas.admissions import AdmissionResponse, CheckResult, PendingTicket
from gateway.api.schemas.claim_examples import ADMITTED, CHECKED, CLAIMS
from gateway.api.schemas.claimable_links import CHOICES, ClaimableLinks, ClaimableLinkView
from gateway.api.schemas.claims import ClaimRequest
from gateway.claim_check import check_claim
from gateway.claim_filing import file_claim
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, FilingCaller
from gateway.http.openapi import RETRY_AFTER_HEADER
from gateway.http.problems import Problem, responses
from gateway.http.request_body import strict_json_body
from gateway.i18n import preferred_language

router = APIRouter(prefix="/v1", tags=["claims"], route_class=ApiRoute)
MOST_KEY: Final = 200
SOON: Final = 2
"""Seconds after which to ask again for an answer that is not there yet."""
Kind = Annotated[ClaimKind, Query(description="What is claimed.", examples=["missing_cashback"])]
RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MOST_KEY,
        pattern=r"^[!-~]+$",
        description="One key per claim that a member files; repeated, it is the same ticket.",
        examples=["form-7731"],
    ),
]
Claim = Annotated[ClaimRequest, Body(openapi_examples=CLAIMS)]


_OBJECT: Final = {"type": "object", "required": ["$schema", "type", "properties"]}


def _json(examples: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"examples": examples}}


@router.get(
    "/accounts/{account_id:path}/claimable-links",
    responses={
        200: {
            "description": "Links, or rejected rewards, with their dates",
            "content": _json({"links": {"value": CHOICES}}),
        },
    },
)
async def claimable_links(
    request: Request,
    context: Context,
    caller: FilingCaller,
    account_id: Annotated[
        str, Path(min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["acc-1001"])
    ],
    kind: Kind,
) -> ClaimableLinks:
    """List what an account may claim: its links of the kind, or its rejected rewards.

    What cannot be claimed yet, or any more, is listed too, with the reason and its date. A link
    does not know its order: it is `closed` only where no order of it can be claimed any more.
    """
    caller.require_account(account_id)
    await context.limits.hit("account", account_id)
    rules = {partner_id: profile.rules for partner_id, profile in context.profiles.items()}
    known = await known_of(context.postgres, account_id, kind, market_dates(rules, context.now))
    language = preferred_language(request)
    found = list_claimable(kind, known, rules, context.now)
    return ClaimableLinks(
        kind=kind,
        links=[_said(context, choice, language) for choice in found],
        is_complete=_is_complete(known),
    )


def _said(context: AppContext, choice: ClaimableLink, language: str) -> ClaimableLinkView:
    told = choice.model_dump(mode="json")
    message = context.emails.reason(language, choice.reason, None, told) if choice.reason else None
    return ClaimableLinkView.model_validate(told | {"message": message})


def _is_complete(known: AccountHistory) -> bool:
    return max(len(known.links), len(known.rewards)) < MOST


@router.get(
    "/partners/{partner_id}/form",
    response_class=SchemaResponse,
    responses={
        200: {
            "description": "A JSON Schema (draft 2020-12) of the claim's `answers`",
            "content": {str(SchemaResponse.media_type): {"schema": _OBJECT, "example": EXAMPLE}},
        },
        **responses("unknown_partner", "partner_takes_no_claims"),
    },
)
async def form(
    request: Request,
    context: Context,
    caller: FilingCaller,
    partner_id: Annotated[str, Path(max_length=63, examples=["velotel"])],
    kind: Kind,
    language: Annotated[
        Literal["pl", "de", "en"] | None,
        Query(description="That of labels and help; else as `Accept-Language` says."),
    ] = None,
) -> Response:
    """Describe a partner's form for a kind of claim: labels, help, patterns, options, order."""
    profile = context.profiles.get(partner_id)
    if profile is None:
        raise Problem("unknown_partner")
    if kind not in profile.rules.kinds:
        raise Problem("partner_takes_no_claims")
    said = language or preferred_language(request, profile.rules.market.language)
    schema = form_schema(profile.rules, kind, said)
    return SchemaResponse(schema, headers={"content-language": said})


@router.post(
    "/claims/check",
    response_model=CheckResult,
    responses={
        200: {
            "description": "What filing would answer now",
            "content": _json(CHECKED),
        },
    },
)
async def check(request: Request, context: Context, caller: FilingCaller, claim: Claim) -> Any:
    """Decide on a claim as filing would, and write nothing."""
    caller.require_account(claim.account_id)
    await context.limits.hit("account", claim.account_id)
    return await check_claim(context, await _told(request))


@router.post(
    "/tickets",
    status_code=201,
    response_model=AdmissionResponse,
    responses={
        201: {"description": "Filed, and answered", "content": _json(ADMITTED)},
        200: {
            "description": "The same claim under the same key came before: its answer",
            "model": AdmissionResponse,
            "content": _json(ADMITTED),
        },
        202: {
            "description": "Filed; the answer is not there yet",
            "model": PendingTicket,
            "headers": {"Retry-After": RETRY_AFTER_HEADER},
        },
        **responses("malformed", "key_reused", "action_not_allowed"),
    },
)
async def file(
    request: Request,
    response: Response,
    context: Context,
    caller: FilingCaller,
    key: RequestKey,
    claim: Claim,
) -> Any:
    """File a claim. Its answer says whether it is accepted, held, refused or discarded, and why."""
    caller.require_account(claim.account_id)
    await context.limits.hit("account", claim.account_id)
    filed = await file_claim(context, await _told(request), key)
    if filed.result is None:
        pending = PendingTicket(number=filed.number).model_dump()
        return JSONResponse(pending, 202, {"retry-after": str(SOON)})
    if any(reason.code == "key_reused" for reason in filed.result.reasons):
        raise Problem("key_reused")
    response.status_code = 201 if filed.is_new else 200
    return filed.result


async def _told(request: Request) -> dict[str, Any]:
    """Return the claim as it was sent: strictly JSON, and no more of it than a workflow takes."""
    told = await strict_json_body(request)
    if not isinstance(told, dict) or not is_valid_unicode(told):
        raise Problem("malformed", {"body": "json"})
    return told
