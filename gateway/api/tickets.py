"""Tickets for agents, and for members through the platform: look up, decide, withdraw, ask."""

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request

from adapters.postgres.ticket_queries import Filters, place_of, ticket_whole, tickets_found
from domain.tickets.ticket import RequestResult
from domain.values.email_addresses import normalize_email_or_keep
from domain.values.order_key import normalize_order_number
from gateway.api.schemas import ticket_examples as examples
from gateway.api.schemas.commands import (
    CommandRequest,
    DecisionRequest,
    RequestId,
    ResendRequest,
    TicketInformationRequest,
    WithdrawalRequest,
)
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.api.schemas.tickets import Search, TicketPage
from gateway.context import Context
from gateway.http.auth import AgentCaller, AgentOrFilingCaller, ApiRoute, Caller
from gateway.http.pagination import decode_cursor, encode_cursor
from gateway.http.problems import Problem, responses
from gateway.http.request_body import strict_json_body
from gateway.http.security_log import SecurityEvent, log_event, log_search
from gateway.i18n import preferred_language
from gateway.ticket_commands import (
    acting_party,
    parse_number_or_404,
    require_ticket_access,
    submit_command,
)
from gateway.ticket_view import to_detail, to_summary

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)

Number = Annotated[
    str,
    Path(
        max_length=64,
        description="The ticket's number; case, spaces, dashes, O/0 and I/1/L do not matter.",
        examples=["ZW-4KQ7-P9XT-M2AB-C"],
    ),
]
Key = Annotated[
    RequestId | None,
    Header(
        alias="Idempotency-Key",
        description="In place of `request_id`: repeated under it, the request does nothing more.",
    ),
]
_READ: Final = ("unknown_ticket", "malformed", "unauthorised", "forbidden", "unavailable")


@router.get("/tickets", responses=responses(*_READ))
async def search(
    context: Context, caller: AgentCaller, sought: Annotated[Search, Query()]
) -> TicketPage:
    """Find tickets, the newest first, a page at a time."""
    filters = Filters(
        number=parse_number_or_404(sought.number) if sought.number is not None else None,
        order_key=None
        if sought.order_number is None
        else normalize_order_number(sought.order_number) or "",
        email=normalize_email_or_keep(sought.email) if sought.email else None,
        partner_id=sought.partner,
        state=sought.state,
        attention=sought.attention,
        due_before=sought.due_before,
    )
    most = sought.limit
    rows = await tickets_found(context.postgres, filters, most + 1, decode_cursor(sought.after))
    log_search(caller.subject, [*filters.model_dump(exclude_none=True)], len(rows[:most]))
    return TicketPage(
        tickets=[to_summary(row) for row in rows[:most]], next=encode_cursor(place_of(rows, most))
    )


@router.get("/tickets/{number}", responses=responses(*_READ))
async def look_up(
    request: Request, context: Context, caller: AgentCaller, number: Number
) -> TicketDetail:
    """Tell all about a ticket. `errors` of `unknown_ticket` say `check_character` where the number
    has a mistyped character; without errors there is no such ticket.
    """
    row = await ticket_whole(context.postgres, parse_number_or_404(number))
    if row is None:
        raise Problem("unknown_ticket")
    log_event(SecurityEvent.TICKET_READ, agent=caller.subject, number=row["number"], channel="api")
    return to_detail(context, row, preferred_language(request))


def _ids(caller: Caller, told: CommandRequest, key: str | None) -> dict[str, str]:
    """Return who asks, and the id of the request: one of ours, where the caller gave none."""
    request_id = told.request_id or key or uuid.uuid4().hex
    return {"request_id": request_id, "actor": acting_party(caller), "caller": caller.key}


def _answers(*codes: str) -> dict[str, Any]:
    shown = {"application/json": {"example": examples.ANSWER}}
    told = responses(
        *_READ, "action_not_allowed", "key_reused", "payload_too_large", "workflow_lost", *codes
    )
    told[200] = {"description": "The ticket's answer", "content": shown}
    return {"responses": told, "dependencies": [Depends(strict_json_body)]}


_OF_LINKS: Final = ("no_link", "link_does_not_fit")
_OF_REWARDS: Final = (
    *("reward_granted", "reward_invalid", "reward_not_rejected", "reward_registered"),
)


@router.post(
    "/tickets/{number}/decision",
    **_answers(
        *("reward_required", "wrong_currency", "approval_by_another"), *_OF_LINKS, *_OF_REWARDS
    ),
)
async def decide(
    context: Context,
    caller: AgentCaller,
    number: Number,
    told: Annotated[DecisionRequest, Body()],
    key: Key = None,
) -> RequestResult:
    """Decide in the partner's stead, and say why. More than the partner's maximum is not confirmed
    by one: the answer says `awaits_approval`, and the same decision by another agent confirms it.
    """
    told.require_reason()
    content = told.model_dump(mode="json", exclude={"request_id"}, exclude_none=True)
    content |= _ids(caller, told, key)
    if caller.roles & {"platform", "filing", "feed"}:  # a program, not a person
        content["actor"] = f"platform:{caller.subject}"
    return await submit_command(context, parse_number_or_404(number), "decide", content)


@router.post("/tickets/{number}/withdrawal", **_answers())
async def withdraw(
    context: Context,
    caller: AgentOrFilingCaller,
    number: Number,
    told: Annotated[WithdrawalRequest, Body()],
    key: Key = None,
) -> RequestResult:
    """Take the claim back: an agent, or the platform for its own member."""
    found = await require_ticket_access(context, caller, number)
    content = {"reason": told.reason} | _ids(caller, told, key)
    return await submit_command(context, found, "withdraw", content)


@router.post(
    "/tickets/{number}/information",
    **_answers("incomplete", "duplicate", *_OF_LINKS, *_OF_REWARDS),
)
async def inform(
    context: Context,
    caller: AgentOrFilingCaller,
    number: Number,
    told: Annotated[TicketInformationRequest, Body()],
    key: Key = None,
) -> RequestResult:
    """Ask the member by `questions` (agents only), or give the member's answer."""
    if told.is_question and "agent" not in caller.roles:
        raise Problem("forbidden")
    found = await require_ticket_access(context, caller, number)
    update = "request_information" if told.is_question else "provide_information"
    content = told.model_dump(exclude={"request_id"}, exclude_none=True)
    return await submit_command(context, found, update, content | _ids(caller, told, key))


@router.post("/tickets/{number}/resend", **_answers())
async def resend(
    context: Context,
    caller: AgentCaller,
    number: Number,
    told: Annotated[ResendRequest, Body()],
    key: Key = None,
) -> RequestResult:
    """Send the claim to the partner once more; the ticket does not move."""
    content = {"reason": told.reason} | _ids(caller, told, key)
    return await submit_command(context, parse_number_or_404(number), "resend_to_partner", content)
