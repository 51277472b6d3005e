"""The desk: agents come in, find tickets, and see what waits. A ticket itself: `ticket.py`."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from adapters.postgres.ticket_queries import (
    QUEUES,
    Filters,
    Queue,
    Today,
    place_of,
    queue_sizes,
    tickets_found,
    tickets_waiting,
)
from domain.tickets.attention import Attention
from domain.tickets.lifecycle import State
from domain.values.periods import end_of_day
from gateway.context import AppContext, Context
from gateway.http.pagination import decode_cursor, encode_cursor
from gateway.http.security_log import log_search
from gateway.i18n import catalog
from gateway.pages.agent import ticket
from gateway.pages.agent.access import AtTheDesk, DeskRoute, desk_page
from gateway.pages.agent.discrepancies import open_ones
from gateway.pages.agent.search_query import Sought, understand
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.rendering import kept_parameters, reading_language
from gateway.pages.sessions import Session
from gateway.pages.sign_in import redeem_login_token, show_login_button
from gateway.pages.sign_out import sign_out
from gateway.ticket_view import to_summary

router = APIRouter(prefix="/desk", include_in_schema=False, route_class=DeskRoute)
router.include_router(ticket.router)
MOST: Final = 25


@router.get("/sign-in")
async def enter(context: Context, request: Request, token: str = "") -> Response:
    """Show the button of a hand-over; nothing is used up."""
    return await show_login_button(context, request, "agent", token)


@router.post("/sign-in")
async def enter_by_form(context: Context, request: Request) -> Response:
    """Come in by a hand-over; a second press on the same one only leads to the desk."""
    return await redeem_login_token(context, request, "agent")


@router.post("/sign-out")
async def leave(context: Context, request: Request, session: AtTheDesk) -> Response:
    """Sign out."""
    return await sign_out(context, request, session)


class Looked(BaseModel):
    """What an agent looks for, as the form of the desk sends it: empty where nothing is set."""

    q: str = ""
    partner: str = ""
    state: str = ""
    attention: str = ""
    add_period: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is looked for."""
        return not (self.q.strip() or self.partner or self.state or self.attention)


@router.get("")
async def home(
    context: Context, request: Request, session: AtTheDesk, looked: Annotated[Looked, Query()]
) -> Response:
    """Show what needs attention; or what was looked for."""
    if looked.is_empty:
        return await _queue(context, request, session, "attention", looked)
    sought = understand(looked.q, _names(context)) if looked.q.strip() else Sought()
    filters = _filters(looked, sought)
    add_period = decode_cursor(looked.add_period)
    rows = await tickets_found(context.postgres, filters, MOST + 1, add_period)
    if sought.number and rows and filters == Filters(number=sought.number):
        return RedirectResponse(f"/desk/tickets/{sought.number}", 303)
    log_search(session.subject, [*filters.model_dump(exclude_none=True)], len(rows[:MOST]))
    hint = "mistyped" if sought.is_mistyped else "unknown" if sought.number else "none"
    content: dict[str, Any] = {
        "queue": None,
        "hint": hint,
        "is_mistyped": sought.is_mistyped,
        "contradicted": {},
    }
    return _list(context, request, session, looked, rows, content | await _sizes(context))


@router.get("/queues/{queue}")
async def waits(
    context: Context,
    request: Request,
    session: AtTheDesk,
    queue: Queue,
    looked: Annotated[Looked, Query()],
) -> Response:
    """Show a queue, who has waited longest first."""
    return await _queue(context, request, session, queue, looked)


async def _queue(
    context: AppContext, request: Request, session: Session, queue: Queue, looked: Looked
) -> Response:
    add_period = decode_cursor(looked.add_period)
    rows = await tickets_waiting(context.postgres, queue, _today(context), MOST + 1, add_period)
    log_search(session.subject, [f"queue {queue}"], len(rows[:MOST]))
    shown = rows if queue == "discrepancies" else []
    content: dict[str, Any] = {"queue": queue, "hint": "", "is_mistyped": False}
    content |= {"contradicted": await open_ones(context, [row["number"] for row in shown])}
    return _list(context, request, session, looked, rows, content | await _sizes(context))


def _list(
    context: AppContext,
    request: Request,
    session: Session,
    looked: Looked,
    rows: list[dict[str, Any]],
    content: dict[str, Any],
) -> Response:
    language = reading_language(request)
    following = encode_cursor(place_of(rows, MOST))
    kept = kept_parameters(request)
    first = urlencode({name: text for name, text in kept.items() if name != "after"})
    names = _names(context)
    told = {
        "looked": looked,
        "partners": sorted(names.items(), key=lambda one: one[1].casefold()),
        "states": [state.value for state in State],
        "attentions": [one.value for one in Attention],
        "names": names,
        "zones": {one: profile.rules.market.zone for one, profile in context.profiles.items()},
        "formatter": LocaleFormatter(context, language),
        "waits": catalog("agent", language)["attention"],
        "lines": [to_summary(row) for row in rows[:MOST]],
        "next": f"?{urlencode({**kept, 'add_period': following})}" if following else None,
        "first": first,
        "utc": ZoneInfo("UTC"),
        "queues": QUEUES,
    }
    return desk_page(context, request, session, "agent/list.html", told | content)


def _filters(looked: Looked, sought: Sought) -> Filters:
    attention = looked.attention if looked.attention in {*Attention, "any"} else None
    return Filters(
        number=sought.number,
        order_key=sought.order_key,
        email=sought.email.replace("\x00", "") if sought.email else None,
        partner_id=(looked.partner or sought.partner_id or "").replace("\x00", "") or None,
        state=looked.state if looked.state in set(State) else None,
        attention=attention,
    )


async def _sizes(context: AppContext) -> dict[str, Any]:
    return {"sizes": await queue_sizes(context.postgres, _today(context))}


def _names(context: AppContext) -> dict[str, str]:
    return {one: profile.rules.name for one, profile in context.profiles.items()}


def _today(context: AppContext) -> Today:
    """Return when today ends in the market of each partner."""
    now = context.now
    zones = {one: profile.rules.market.zone for one, profile in context.profiles.items()}
    ends = {one: end_of_day(now.astimezone(zone).date(), zone) for one, zone in zones.items()}
    return Today(now, ends, end_of_day(now.date(), ZoneInfo("UTC")))
