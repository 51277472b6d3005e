"""Discrepancies on agent pages: the open ones of tickets, and closing one."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from adapters.postgres.agents.discrepancies import list_discrepancies
from domain.codes import RefusalCode
from domain.values.text_cleaning import clean_text
from gateway.api.discrepancies import close_and_log, to_discrepancy
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.context import AppContext
from gateway.http.problems import Problem
from gateway.pages.agent.access import BASE_PATH, AgentRoute, CurrentAgent
from gateway.ticket_commands import parse_number_or_404

router = APIRouter(route_class=AgentRoute)
_MAX_NOTE_LENGTH: Final = 4000


@router.post("/tickets/{number}/discrepancies/{discrepancy_id}")
async def close_discrepancy(agent: CurrentAgent, number: str, discrepancy_id: int) -> Response:
    """Close a discrepancy of a ticket; without a note the page asks for one again."""
    form = await agent.read_form()
    ticket_number = parse_number_or_404(number)
    note = clean_text(str(form.get("closing_note") or ""))
    rows = await list_discrepancies(agent.context.database, [ticket_number])
    if discrepancy_id not in {row.discrepancy_id for row in rows}:
        raise Problem(RefusalCode.UNKNOWN_DISCREPANCY)
    if 0 < len(note) <= _MAX_NOTE_LENGTH:
        await close_and_log(agent.context, discrepancy_id, agent.actor, note)
    return RedirectResponse(f"{BASE_PATH}/tickets/{quote(ticket_number)}#discrepancies", 303)


async def open_discrepancies(
    context: AppContext, numbers: Sequence[str]
) -> Mapping[str, Sequence[Discrepancy]]:
    """Return the open discrepancies of these tickets by number."""
    found: dict[str, list[Discrepancy]] = {number: [] for number in numbers}
    for row in await list_discrepancies(context.database, numbers):
        if row.closed_at is None:
            found[row.number].append(to_discrepancy(row))
    return found
