"""Discrepancies at the desk: what contradicts a ticket, in a person's words, and closing one."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from adapters.postgres.discrepancies import discrepancies_of
from gateway.api.discrepancies import close_and_log, to_discrepancy
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.context import AppContext, Context
from gateway.http.problems import Problem
from gateway.pages.agent.access import AtTheDesk, DeskRoute
from gateway.pages.csrf import read_protected_form
from gateway.pages.form_fields import normalize_input
from gateway.ticket_commands import parse_number_or_404

router = APIRouter(route_class=DeskRoute)
_MAX_INPUT_LENGTH = 4000


@router.post("/tickets/{number}/discrepancies/{discrepancy_id}")
async def close(
    context: Context, request: Request, session: AtTheDesk, number: str, discrepancy_id: int
) -> Response:
    """Close a discrepancy of a ticket; without a note the page asks for one again."""
    form = await read_protected_form(context, request, session)
    found, note = parse_number_or_404(number), normalize_input(str(form.get("closing_note") or ""))
    rows = await discrepancies_of(context.postgres, [found])
    if discrepancy_id not in {row["discrepancy_id"] for row in rows}:
        raise Problem("unknown_discrepancy")
    if 0 < len(note) <= _MAX_INPUT_LENGTH:
        await close_and_log(context, discrepancy_id, f"agent:{session.subject}", note)
    return RedirectResponse(f"/desk/tickets/{quote(found)}#discrepancies", 303)


async def open_ones(context: AppContext, numbers: Sequence[str]) -> dict[str, list[Discrepancy]]:
    """Return what waits of these tickets, by number."""
    found: dict[str, list[Any]] = {number: [] for number in numbers}
    for row in await discrepancies_of(context.postgres, numbers):
        if row["closed_at"] is None:
            found[row["number"]].append(to_discrepancy(row))
    return found
