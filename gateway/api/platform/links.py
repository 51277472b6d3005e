"""The platform's feed of links; an older version of a link is ignored."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from adapters.postgres.platform.feed import upsert_links
from gateway.api.platform.feed_documentation import BATCH_PROBLEMS, ID_LIMITS, PROBLEMS, Records
from gateway.api.platform.feed_records import (
    read_record,
    require_matching_id,
    single_result,
    store_valid,
)
from gateway.api.schemas.feed import (
    LINK_EXAMPLE,
    LinkRecord,
    RecordResult,
    RecordResults,
)
from gateway.context import Context
from gateway.http.auth import ApiRoute, FeedCaller

router = APIRouter(prefix="/v1", tags=["feed"], route_class=ApiRoute)
LinkId = Annotated[str, Path(**ID_LIMITS, examples=["lnk-77"])]


@router.put(
    "/links/{link_id:path}",
    operation_id="links_put",
    summary="Store a link",
    responses=PROBLEMS,
)
async def put_link(
    context: Context, caller: FeedCaller, link_id: LinkId, link: Annotated[LinkRecord, Body()]
) -> RecordResult:
    """Store a link of an account, unless the stored version is newer."""
    require_matching_id(link_id, link.link_id)
    caller.require_account(link.account_id)
    (stored,) = await upsert_links(context.database, [link], caller.may_access_all_accounts)
    return single_result(link_id, stored)


@router.put(
    "/links", operation_id="links_put_batch", summary="Store links", responses=BATCH_PROBLEMS
)
async def put_links(
    context: Context, caller: FeedCaller, links: Annotated[Records, Body(examples=[[LINK_EXAMPLE]])]
) -> RecordResults:
    """Store up to 1,000 links. Each has its own result; invalid ones do not affect the others."""
    records = [read_record(LinkRecord, one, "link_id", caller) for one in links]
    return await store_valid(context.database, records, "link_id", caller, upsert_links)
