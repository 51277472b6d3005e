"""Webhooks for operators: the pending and the failed ones, and sending one again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from adapters.postgres.platform.webhooks import find_webhooks, redeliver_webhook
from background.webhook_backoff import RETRY_WINDOW
from domain.codes import RefusalCode
from gateway.api.platform.events import MAX_BIGINT, PROBLEMS, AfterQuery, LimitQuery
from gateway.api.schemas.webhooks import Redelivery, WebhookDelivery, WebhookPage
from gateway.context import Context
from gateway.http.auth import ApiRoute, OperatorCaller, OperatorOrPlatformCaller
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event

router = APIRouter(prefix="/v1", tags=["events"], route_class=ApiRoute)
EventIdPath = Annotated[int, Path(ge=1, le=MAX_BIGINT, examples=[4711])]


@router.post(
    "/events/{event_id}/redelivery",
    operation_id="events_redeliver",
    summary="Send an event's webhook again",
    status_code=202,
    responses=responses(*PROBLEMS, RefusalCode.UNKNOWN_EVENT, RefusalCode.ACTION_NOT_ALLOWED),
)
async def redeliver_event(
    context: Context, caller: OperatorOrPlatformCaller, event_id: EventIdPath
) -> Redelivery:
    """Send an event's webhook once more, with retries for three days."""
    if not context.settings.webhook_url:
        raise Problem(RefusalCode.ACTION_NOT_ALLOWED)
    accounts = None if "operator" in caller.roles else caller.accounts
    if not await redeliver_webhook(context.database, event_id, RETRY_WINDOW, accounts):
        raise Problem(RefusalCode.UNKNOWN_EVENT)
    log_event(
        SecurityEvent.OPERATOR_ACTED, actor=caller.subject, action="redelivery", event_id=event_id
    )
    return Redelivery(event_id=str(event_id))


@router.get(
    "/webhooks",
    operation_id="webhooks_list",
    summary="List failed or pending webhooks",
    responses=responses(*PROBLEMS),
)
async def list_webhooks(
    context: Context,
    caller: OperatorCaller,
    state: Literal["failed", "pending"] = "failed",
    after: AfterQuery = 0,
    limit: LimitQuery = 100,
) -> WebhookPage:
    """List webhooks that were given up (`failed`) or that will be sent again (`pending`)."""
    rows = await find_webhooks(context.database, state == "failed", after, limit)
    log_event(SecurityEvent.OPERATOR_ACTED, actor=caller.subject, action="list_webhooks")
    listed = [
        WebhookDelivery(
            event_id=str(row.sequence),
            number=row.number,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
            expires_at=row.expires_at,
            last_error=row.last_error,
        )
        for row in rows
    ]
    return WebhookPage(webhooks=listed, next=str(rows[-1].sequence if rows else after))
