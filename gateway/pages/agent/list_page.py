"""Renders a list of tickets: a queue, or what a search found."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Response
from pydantic import BaseModel

from adapters.postgres.agents.queues import QUEUES, DayBoundaries, Queue, count_queues
from adapters.postgres.agents.ticket_list_row import TicketListRow
from adapters.postgres.agents.ticket_search import cursor_after_page
from domain.tickets.attention import Attention
from domain.tickets.states import State
from domain.values.periods import end_of_day
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.context import AppContext
from gateway.http.pagination import encode_cursor
from gateway.pages.agent.access import AgentRequest
from gateway.pages.rendering import carried_parameters
from gateway.ticket_view import to_summary

PAGE_SIZE: Final = 25
_UTC: Final = ZoneInfo("UTC")


class TicketList(NamedTuple):
    """A page of tickets and one more; `hint` says why a search may have found nothing."""

    rows: Sequence[TicketListRow]
    queue: Queue | None = None
    discrepancies: Mapping[str, Sequence[Discrepancy]] = {}
    hint: str = ""


async def list_page(agent: AgentRequest, form: BaseModel, found: TicketList) -> Response:
    """Render the list below the search form, with the queues' sizes."""
    context, names = agent.context, partner_names(agent.context)
    parameters = carried_parameters(agent.request)
    next_cursor = encode_cursor(cursor_after_page(found.rows, PAGE_SIZE))
    content = {
        "form": form,
        "partners": sorted(names.items(), key=lambda one: one[1].casefold()),
        "states": [state.value for state in State],
        "attention_codes": [one.value for one in Attention],
        "partner_names": names,
        "zones": {one: profile.rules.market.zone for one, profile in context.profiles.items()},
        "utc": _UTC,
        "formatter": agent.formatter,
        "tickets": [to_summary(row) for row in found.rows[:PAGE_SIZE]],
        "discrepancies": found.discrepancies,
        "first_page": urlencode(
            {name: text for name, text in parameters.items() if name != "after"}
        ),
        "next_page": f"?{urlencode({**parameters, 'after': next_cursor})}" if next_cursor else None,
        "queue": found.queue,
        "queues": QUEUES,
        "queue_counts": await count_queues(context.database, day_boundaries(context)),
        "hint": found.hint,
    }
    return agent.render("list.html", content)


def partner_names(context: AppContext) -> dict[str, str]:
    """Return the partners' names by id."""
    return {one: profile.rules.name for one, profile in context.profiles.items()}


def day_boundaries(context: AppContext) -> DayBoundaries:
    """Return when today ends in each partner's market."""
    now = context.now
    zones = {one: profile.rules.market.zone for one, profile in context.profiles.items()}
    ends = {one: end_of_day(now.astimezone(zone).date(), zone) for one, zone in zones.items()}
    return DayBoundaries(now, ends, end_of_day(now.date(), _UTC))
