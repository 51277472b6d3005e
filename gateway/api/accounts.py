"""What an account may claim."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from adapters.postgres.platform.account_links import MAX_ROWS, load_account_history
from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable, market_dates
from domain.partners.claim_kind import ClaimKind
from domain.values.stored import read_stored
from gateway.api.schemas.claimable_links import CHOICES, ClaimableLinks, ClaimableLinkView
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, FilingCaller
from gateway.i18n import preferred_language

router = APIRouter(prefix="/v1", tags=["claims"], route_class=ApiRoute)
KindQuery = Annotated[
    ClaimKind, Query(description="The kind of claim.", examples=["missing_cashback"])
]


@router.get(
    "/accounts/{account_id:path}/claimable-links",
    operation_id="accounts_list_claimable_links",
    summary="List an account's claimable links",
    responses={
        200: {
            "description": "Links, or rejected rewards, with their dates",
            "content": {"application/json": {"examples": {"links": {"value": CHOICES}}}},
        },
    },
)
async def list_claimable_links(
    request: Request,
    context: Context,
    caller: FilingCaller,
    account_id: Annotated[
        str, Path(min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["acc-1001"])
    ],
    kind: KindQuery,
) -> ClaimableLinks:
    """List what an account may claim: its links of the kind, or its rejected rewards.

    Links that cannot be claimed now are listed with the reason and its date. The order is not
    known yet: a link is `closed` only if no order made with it can be claimed any more.
    """
    caller.require_account(account_id)
    await context.limits.hit("account", account_id)
    rules = {partner_id: profile.rules for partner_id, profile in context.profiles.items()}
    history = await load_account_history(
        context.database, account_id, kind, market_dates(rules, context.now)
    )
    language = preferred_language(request)
    return ClaimableLinks(
        kind=kind,
        links=[
            _to_view(context, link, language)
            for link in list_claimable(kind, history, rules, context.now)
        ],
        is_complete=_is_complete(history),
    )


def _to_view(context: AppContext, link: ClaimableLink, language: str) -> ClaimableLinkView:
    fields = link.model_dump(mode="json")
    message = (
        context.emails.render_reason(language, link.reason, None, fields) if link.reason else None
    )
    return read_stored(ClaimableLinkView, fields | {"message": message})


def _is_complete(history: AccountHistory) -> bool:
    return max(len(history.links), len(history.rewards)) < MAX_ROWS
