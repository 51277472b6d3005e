"""The messages of a ticket, a page at a time: those that came last stand in the ticket itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from adapters.postgres.ticket_queries import MESSAGES_A_PAGE, messages_before
from gateway.api.schemas.ticket_detail import MessageLogItem
from gateway.context import Context
from gateway.http.auth import AgentCaller, ApiRoute
from gateway.http.pagination import (
    MESSAGE_CURSOR_PATTERN,
    decode_message_cursor,
    encode_message_cursor,
)
from gateway.http.problems import Problem, responses
from gateway.http.security_log import SecurityEvent, log_event
from gateway.ticket_commands import parse_number_or_404

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)


class MessagePage(BaseModel):
    """Messages, the newest first; `next` is where the ones before them begin, null at the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"messages": [], "next": None}]})

    messages: list[MessageLogItem]
    next: str | None = None


@router.get(
    "/tickets/{number}/messages",
    responses=responses("unknown_ticket", "malformed", "unauthorised", "forbidden", "unavailable"),
)
async def messages(
    context: Context,
    caller: AgentCaller,
    number: Annotated[str, Path(max_length=64, examples=["ZW-4KQ7-P9XT-M2AB-C"])],
    before: Annotated[
        str | None,
        Query(pattern=MESSAGE_CURSOR_PATTERN, description="`messages_before`, or `next`."),
    ] = None,
) -> MessagePage:
    """Tell what came for a ticket, the newest first, a page at a time."""
    found = parse_number_or_404(number)
    rows = await messages_before(context.postgres, found, decode_message_cursor(before))
    if not rows and await context.postgres.one("standing_of", number=found) is None:
        raise Problem("unknown_ticket")
    log_event(SecurityEvent.TICKET_READ, agent=caller.subject, number=found, channel="api")
    page = rows[:MESSAGES_A_PAGE]
    lines = [MessageLogItem.model_validate(row) for row in page]
    return MessagePage(messages=lines, next=encode_message_cursor(rows))
