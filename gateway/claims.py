"""Claims in: what may be claimed, the partner's form, the decision, and the filing."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.admission import AdmissionResult
from domain.reading import LONGEST_MESSAGE
from gateway.callers import Platform
from gateway.parts import Have
from gateway.problems import Problem, responses
from gateway.temporal import file_claim

router = APIRouter(prefix="/v1", tags=["claims"])
MOST_KEY: Final = 200
RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MOST_KEY,
        pattern=r"^[!-~]+$",
        description="One key per claim that a member files; repeated, it is the same ticket.",
    ),
]


class ContactIn(BaseModel):
    """Whom to write to, in which language."""

    model_config = ConfigDict(extra="allow")

    email: str | None = Field(None, max_length=1000, examples=["jan@example.com"])
    name: str | None = Field(None, max_length=2000, examples=["Jan Kowalski"])
    language: str | None = Field(None, max_length=100, examples=["pl"])


class ClaimIn(BaseModel):
    """A claim as contract.md writes it (`TicketClaim`).

    Only its shape is looked at here: what is missing or malformed inside is told by the answer,
    `incomplete` with the fields (R22, R23). Fields that are not known are ignored and noted.
    """

    model_config = ConfigDict(extra="allow")

    account_id: str = Field(
        min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["acc-1001"]
    )
    contact: ContactIn | None = None
    kind: str | None = Field(None, max_length=200, examples=["missing_cashback"])
    partner_id: str | None = Field(None, max_length=200, examples=["velotel"])
    link_id: str | None = Field(None, max_length=200, examples=["lnk-77"])
    reward_id: str | None = Field(None, max_length=200, examples=[None])
    ordered_on: str | None = Field(None, max_length=100, examples=["2026-10-01"])
    ordered_at: str | None = Field(None, max_length=100, examples=[None])
    answers: dict[str, Any] = Field({}, examples=[{"order_number": "VT-2231-9"}])


class Pending(BaseModel):
    """The claim is filed, its answer is not there yet: repeat the request, it brings the answer."""

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    status: str = "pending"


@router.post(
    "/tickets",
    status_code=201,
    response_model=AdmissionResult,
    responses={
        200: {
            "description": "The same claim under the same key came before",
            "model": AdmissionResult,
        },
        202: {"description": "Filed; the answer is not there yet", "model": Pending},
        **responses(
            "malformed", "key_reused", "too_large", "unauthorised", "forbidden", "unavailable"
        ),
    },
)
async def file(
    request: Request,
    response: Response,
    have: Have,
    caller: Platform,
    key: RequestKey,
    claim: Annotated[ClaimIn, Body()],
) -> Any:
    """File a claim. Its answer says whether it is accepted, held, refused or discarded, and why."""
    caller.must_speak_for(claim.account_id)
    if len(await request.body()) > LONGEST_MESSAGE:
        raise Problem("too_large")
    told = claim.model_dump(mode="json", exclude_unset=True)
    filed = await file_claim(have.client, have.postgres, told, key)
    if filed.result is None:
        response.status_code = 202
        response.headers["retry-after"] = "2"
        return Response(
            Pending(number=filed.number).model_dump_json(),
            202,
            dict(response.headers),
            media_type="application/json",
        )
    if any(reason.code == "key_reused" for reason in filed.result.reasons):
        raise Problem("key_reused")
    response.status_code = 201 if filed.is_new else 200
    return filed.result
