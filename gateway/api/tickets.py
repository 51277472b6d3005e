"""Tickets for agents: search, and one ticket in full."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request

from adapters.postgres.agents.ticket_detail import get_ticket_detail
from adapters.postgres.agents.ticket_search import TicketFilters, cursor_after_page, find_tickets
from domain.codes import RefusalCode
from domain.values.email_addresses import normalize_email_or_keep
from domain.values.order_key import normalize_order_number
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.api.schemas.tickets import TicketPage, TicketSearch
from gateway.context import Context
from gateway.http.auth import AgentCaller, ApiRoute
from gateway.http.pagination import decode_cursor, encode_cursor
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event, log_search
from gateway.i18n import preferred_language
from gateway.ticket_commands import parse_number_or_404
from gateway.ticket_view import to_detail, to_summary

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)
NumberPath = Annotated[
    str,
    Path(
        max_length=64,
        description="The ticket's number; case, spaces, dashes, O/0 and I/1/L do not matter.",
        examples=["ZW-4KQ7-P9XT-M2AB-C"],
    ),
]
PROBLEMS: Final = (
    RefusalCode.UNKNOWN_TICKET,
    RefusalCode.MALFORMED,
    RefusalCode.UNAUTHORISED,
    RefusalCode.FORBIDDEN,
    RefusalCode.UNAVAILABLE,
)
"""The problems that every call about tickets has in common."""


@router.get(
    "/tickets",
    operation_id="tickets_search",
    summary="Search tickets",
    responses=responses(*PROBLEMS),
)
async def search_tickets(
    context: Context, caller: AgentCaller, search: Annotated[TicketSearch, Query()]
) -> TicketPage:
    """Find tickets that match all given filters, newest first, one page at a time."""
    filters = _filters(search)
    limit = search.limit
    rows = await find_tickets(context.database, filters, limit + 1, decode_cursor(search.after))
    log_search(caller.subject, [*filters.model_dump(exclude_none=True)], len(rows[:limit]))
    return TicketPage(
        tickets=[to_summary(row) for row in rows[:limit]],
        next=encode_cursor(cursor_after_page(rows, limit)),
    )


def _filters(search: TicketSearch) -> TicketFilters:
    return TicketFilters(
        number=parse_number_or_404(search.number) if search.number is not None else None,
        order_key=None
        if search.order_number is None
        else normalize_order_number(search.order_number) or "",
        email=normalize_email_or_keep(search.email) if search.email else None,
        account_id=search.account_id,
        partner_id=search.partner,
        state=search.state,
        attention=search.attention,
        due_before=search.due_before,
    )


@router.get(
    "/tickets/{number}",
    operation_id="tickets_get",
    summary="Get a ticket",
    responses=responses(*PROBLEMS),
)
async def get_ticket(
    request: Request, context: Context, caller: AgentCaller, number: NumberPath
) -> TicketDetail:
    """Return everything that is known of a ticket.

    `unknown_ticket` has the error `check_character` if the number has a mistyped character, and no
    error if no ticket has the number.
    """
    row = await get_ticket_detail(context.database, parse_number_or_404(number))
    if row is None:
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    log_event(SecurityEvent.TICKET_READ, agent=caller.subject, number=row.number, channel="api")
    return to_detail(context, row, preferred_language(request))
