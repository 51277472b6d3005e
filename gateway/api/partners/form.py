"""A partner's claim form, as JSON Schema."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from domain.codes import RefusalCode
from domain.partners.market import MarketLanguage
from gateway.api.accounts import KindQuery
from gateway.api.partners.form_schema import EXAMPLE, SchemaResponse, form_schema
from gateway.context import Context
from gateway.http.auth import ApiRoute, FilingCaller
from gateway.http.problems import Problem, responses
from gateway.i18n import preferred_language

router = APIRouter(prefix="/v1", tags=["claims"], route_class=ApiRoute)
_OBJECT: Final = {"type": "object", "required": ["$schema", "type", "properties"]}


@router.get(
    "/partners/{partner_id}/form",
    operation_id="partners_get_form",
    summary="Get a partner's claim form",
    response_class=SchemaResponse,
    responses={
        200: {
            "description": "A JSON Schema (draft 2020-12) of the claim's `answers`",
            "content": {str(SchemaResponse.media_type): {"schema": _OBJECT, "example": EXAMPLE}},
        },
        **responses(RefusalCode.UNKNOWN_PARTNER, RefusalCode.PARTNER_TAKES_NO_CLAIMS),
    },
)
async def get_form(
    request: Request,
    context: Context,
    caller: FilingCaller,
    partner_id: Annotated[str, Path(max_length=63, examples=["velotel"])],
    kind: KindQuery,
    language: Annotated[
        MarketLanguage | None,
        Query(description="The language of labels and help texts; default: `Accept-Language`."),
    ] = None,
) -> Response:
    """Describe a partner's form for a kind of claim: labels, help, patterns, options and order."""
    profile = context.profiles.get(partner_id)
    if profile is None:
        raise Problem(RefusalCode.UNKNOWN_PARTNER)
    if kind not in profile.rules.kinds:
        raise Problem(RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    chosen = language or preferred_language(request, profile.rules.market.language)
    schema = form_schema(profile.rules, kind, chosen)
    return SchemaResponse(schema, headers={"content-language": chosen})
