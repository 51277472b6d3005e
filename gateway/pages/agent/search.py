"""The first of the agent pages: search, and the queues of tickets that need an agent."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from adapters.postgres.agents.queues import Queue, list_queue
from adapters.postgres.agents.ticket_search import TicketFilters, find_tickets
from domain.tickets.attention import Attention
from domain.tickets.states import State
from gateway.http.pagination import decode_cursor
from gateway.http.security_log import log_search
from gateway.pages.agent import session, ticket
from gateway.pages.agent.access import BASE_PATH, AgentRequest, AgentRoute, CurrentAgent
from gateway.pages.agent.discrepancies import open_discrepancies
from gateway.pages.agent.list_page import (
    PAGE_SIZE,
    TicketList,
    day_boundaries,
    list_page,
    partner_names,
)
from gateway.pages.agent.search_query import SearchQuery, parse_query

router = APIRouter(prefix=BASE_PATH, include_in_schema=False, route_class=AgentRoute)
router.include_router(session.router)
router.include_router(ticket.router)


class SearchForm(BaseModel):
    """The search form as it was sent; an empty text filters nothing."""

    q: str = ""
    partner: str = ""
    state: str = ""
    attention: str = ""
    after: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is searched for."""
        return not (self.q.strip() or self.partner or self.state or self.attention)


@router.get("")
async def search_page(agent: CurrentAgent, form: Annotated[SearchForm, Query()]) -> Response:
    """Show the tickets found; without a search, those that need attention."""
    if form.is_empty:
        return await _queue_page(agent, "attention", form)
    context = agent.context
    query = parse_query(form.q, partner_names(context)) if form.q.strip() else SearchQuery()
    filters = _to_filters(form, query)
    after = decode_cursor(form.after)
    rows = await find_tickets(context.database, filters, PAGE_SIZE + 1, after)
    if query.number and rows and filters == TicketFilters(number=query.number):
        return RedirectResponse(f"{BASE_PATH}/tickets/{query.number}", 303)
    log_search(agent.agent, [*filters.model_dump(exclude_none=True)], len(rows[:PAGE_SIZE]))
    hint = "mistyped" if query.looks_like_number else "unknown" if query.number else "none"
    return await list_page(agent, form, TicketList(rows, hint=hint))


@router.get("/queues/{queue}")
async def queue_page(
    agent: CurrentAgent, queue: Queue, form: Annotated[SearchForm, Query()]
) -> Response:
    """Show a queue, with the oldest ticket first."""
    return await _queue_page(agent, queue, form)


async def _queue_page(agent: AgentRequest, queue: Queue, form: SearchForm) -> Response:
    context, after = agent.context, decode_cursor(form.after)
    today = day_boundaries(context)
    rows = await list_queue(context.database, queue, today, PAGE_SIZE + 1, after)
    log_search(agent.agent, [f"queue {queue}"], len(rows[:PAGE_SIZE]))
    numbers = [row.number for row in rows] if queue == "discrepancies" else []
    discrepancies = await open_discrepancies(context, numbers)
    return await list_page(agent, form, TicketList(rows, queue, discrepancies))


def _to_filters(form: SearchForm, query: SearchQuery) -> TicketFilters:
    return TicketFilters(
        number=query.number,
        order_key=query.order_key,
        email=query.email.replace("\x00", "") if query.email else None,
        or_account_id=query.account_id.replace("\x00", "") if query.account_id else None,
        partner_id=(form.partner or query.partner_id or "").replace("\x00", "") or None,
        state=form.state if form.state in set(State) else None,
        attention=form.attention if form.attention in {*Attention, "any"} else None,
    )
