"""Older messages of a ticket, one page at a time; the ticket itself shows the newest."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from adapters.postgres.agents.ticket_detail import (
    MESSAGES_PAGE_SIZE,
    list_messages_before,
    ticket_exists,
)
from domain.codes import RefusalCode
from domain.values.stored import read_stored
from gateway.api.schemas.ticket_detail import MessageLogItem
from gateway.api.tickets import PROBLEMS, NumberPath
from gateway.context import Context
from gateway.http.auth import AgentCaller, ApiRoute
from gateway.http.pagination import (
    MESSAGE_CURSOR_PATTERN,
    decode_message_cursor,
    encode_message_cursor,
)
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.ticket_commands import parse_number_or_404

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)
BeforeQuery = Annotated[
    str | None,
    Query(
        pattern=MESSAGE_CURSOR_PATTERN,
        description="`messages_before` of the ticket, or `next` of the previous page.",
    ),
]


class MessagePage(BaseModel):
    """Messages, newest first. `next` is the cursor of the next page, null on the last one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"messages": [], "next": None}]})

    messages: list[MessageLogItem]
    next: str | None = None


@router.get(
    "/tickets/{number}/messages",
    operation_id="tickets_list_messages",
    summary="List a ticket's messages",
    responses=responses(*PROBLEMS),
)
async def list_messages(
    context: Context, caller: AgentCaller, number: NumberPath, before: BeforeQuery = None
) -> MessagePage:
    """List the messages that a ticket received, newest first, one page at a time."""
    found = parse_number_or_404(number)
    rows = await list_messages_before(context.database, found, decode_message_cursor(before))
    if not rows and not await ticket_exists(context.database, found):
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    log_event(SecurityEvent.TICKET_READ, agent=caller.subject, number=found, channel="api")
    page = rows[:MESSAGES_PAGE_SIZE]
    return MessagePage(
        messages=[read_stored(MessageLogItem, row.model_dump()) for row in page],
        next=encode_message_cursor(rows),
    )
