"""A ticket on the agent pages: showing it, and executing an agent's action."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from temporalio.service import RPCError

from adapters.postgres.agents.ticket_detail import get_ticket_detail
from adapters.postgres.agents.ticket_detail_row import TicketDetailRow
from domain.errors import RequestRejected, TransientError
from domain.values.ticket_number import number_error_code, parse_number
from gateway.http.problem_status import STATUS
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.pages.agent import discrepancies
from gateway.pages.agent.access import BASE_PATH, AgentRequest, AgentRoute, CurrentAgent
from gateway.pages.agent.action_errors import field_error_for
from gateway.pages.agent.actions import ACTIONS, parse_action
from gateway.pages.agent.ticket_page import ticket_page
from gateway.ticket_commands import submit_command
from gateway.ticket_view import ticket_rules

router = APIRouter(route_class=AgentRoute)
router.include_router(discrepancies.router)


@router.get("/tickets/{number}")
async def show_ticket(agent: CurrentAgent, number: str, done: str = "") -> Response:
    """Show a ticket; `done` is the id of a request that was executed."""
    row = await _load(agent, number)
    if row is None:
        return _not_found_page(agent, number)
    found = row.number
    if found != number:
        return RedirectResponse(f"{BASE_PATH}/tickets/{found}", 303)
    log_event(SecurityEvent.TICKET_READ, agent=agent.agent, number=found, channel="agent_pages")
    return ticket_page(agent, row, done=done)


@router.post("/tickets/{number}")
async def submit_action(agent: CurrentAgent, number: str) -> Response:
    """Execute the action of a form; sent twice, it is executed once."""
    form = await agent.read_form()
    row = await _load(agent, number)
    if row is None:
        return _not_found_page(agent, number)
    rules, found = ticket_rules(agent.context, row), row.number
    action = parse_action(form, rules.market.currency if rules else "")
    if action.errors:
        return ticket_page(agent, row, action, status=422)
    command = {**action.content, "request_id": action.request_id, "actor": agent.actor}
    try:
        await submit_command(agent.context, found, ACTIONS[action.name], command)
    except Problem as problem:
        current = await get_ticket_detail(agent.context.database, found) or row
        refused = replace(action, request_id="", errors=field_error_for(problem.code))
        return ticket_page(agent, current, refused, status=STATUS[problem.code])
    except (TransientError, RPCError):
        # The id stays: sent once more, it is the same request.
        pending = replace(action, errors=field_error_for("unavailable"))
        return ticket_page(agent, row, pending, status=503)
    return RedirectResponse(f"{BASE_PATH}/tickets/{found}?done={quote(action.request_id)}", 303)


async def _load(agent: AgentRequest, number: str) -> TicketDetailRow | None:
    canonical = _parse_number(number)
    return await get_ticket_detail(agent.context.database, canonical) if canonical else None


def _parse_number(number: str) -> str | None:
    try:
        return parse_number(number)
    except RequestRejected:
        return None


def _not_found_page(agent: AgentRequest, number: str) -> Response:
    """Say that there is no such ticket, or that a character of its number is mistyped."""
    texts = agent.texts
    is_mistyped = _parse_number(number) is None and number_error_code(number) == "check_character"
    content = {
        "title": texts["ticket"]["mistyped_title" if is_mistyped else "unknown_title"],
        "text": texts["search"]["mistyped"] if is_mistyped else texts["ticket"]["unknown_text"],
        "severity": "warn",
    }
    return agent.render("message.html", content, 404)
