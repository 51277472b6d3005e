"""Claims: the check that stores nothing, and the filing that creates a ticket."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Request, Response
from fastapi.responses import JSONResponse

from domain.codes import RefusalCode
from domain.values.types import is_valid_unicode
from gateway.api.schemas.admissions import AdmissionResponse, CheckResult, PendingTicket
from gateway.api.schemas.claim_examples import ADMITTED, CHECKED, CLAIMS
from gateway.api.schemas.claims import ClaimRequest
from gateway.claim_check import check_claim
from gateway.claim_filing import file_claim
from gateway.context import Context
from gateway.http.auth import ApiRoute, FilingCaller
from gateway.http.openapi import RETRY_AFTER_HEADER
from gateway.http.problems import Problem, responses
from gateway.http.request_body import strict_json_body
from gateway.json_types import JsonMapping, JsonObject

router = APIRouter(prefix="/v1", tags=["claims"], route_class=ApiRoute)
MAX_KEY_LENGTH: Final = 200
RETRY_AFTER_SECONDS: Final = 2
"""Sent with `202`: after this time the caller repeats the request to get the result."""
RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY_LENGTH,
        pattern=r"^[!-~]+$",
        description="One key for each claim that a member files. A repeated key returns the same"
        " ticket.",
        examples=["form-7731"],
    ),
]
ClaimBody = Annotated[ClaimRequest, Body(openapi_examples=CLAIMS)]


def _content(examples: JsonMapping) -> JsonObject:
    return {"content": {"application/json": {"examples": examples}}}


@router.post(
    "/claims/check",
    operation_id="claims_check",
    summary="Check a claim without filing it",
    response_model=CheckResult,
    responses={200: {"description": "The result that filing would have now", **_content(CHECKED)}},
)
async def check(request: Request, context: Context, caller: FilingCaller, claim: ClaimBody) -> Any:
    """Assess a claim as filing would, without storing anything."""
    caller.require_account(claim.account_id)
    await context.limits.hit("account", claim.account_id)
    return await check_claim(context, await _claim_body(request))


@router.post(
    "/tickets",
    operation_id="tickets_create",
    summary="File a claim",
    status_code=201,
    response_model=AdmissionResponse,
    responses={
        201: {"description": "The claim was filed and assessed", **_content(ADMITTED)},
        200: {
            "description": "The same claim was filed under the same key before: its result",
            "model": AdmissionResponse,
            **_content(ADMITTED),
        },
        202: {
            "description": "The claim was filed; its result is not available yet",
            "model": PendingTicket,
            "headers": {"Retry-After": RETRY_AFTER_HEADER},
        },
        **responses(RefusalCode.MALFORMED, RefusalCode.KEY_REUSED, RefusalCode.ACTION_NOT_ALLOWED),
    },
)
async def create_ticket(
    request: Request,
    response: Response,
    context: Context,
    caller: FilingCaller,
    key: RequestKey,
    claim: ClaimBody,
) -> Any:
    """File a claim. The result says whether it is accepted, held, refused or discarded, and why."""
    caller.require_account(claim.account_id)
    await context.limits.hit("account", claim.account_id)
    filed = await file_claim(context, await _claim_body(request), key)
    if filed.result is None:
        pending = PendingTicket(number=filed.number).model_dump()
        return JSONResponse(pending, 202, {"retry-after": str(RETRY_AFTER_SECONDS)})
    if any(reason.code == "key_reused" for reason in filed.result.reasons):
        raise Problem(RefusalCode.KEY_REUSED)
    response.status_code = 201 if filed.is_new else 200
    return filed.result


async def _claim_body(request: Request) -> JsonObject:
    """Return the claim as it was sent; raises `malformed` unless a workflow can read it."""
    body = await strict_json_body(request)
    if not isinstance(body, dict) or not is_valid_unicode(body):
        raise Problem(RefusalCode.MALFORMED, {"body": "json"})
    return body
