"""A ticket at the desk: its story, and what an agent may do where it stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from temporalio.service import RPCError

from adapters.postgres.ticket_queries import ticket_whole
from domain.errors import RequestRejected, TransientError
from domain.partners.profile import ClaimKind, FormField, PartnerRules
from domain.tickets.approvals import NEEDED, are_different_agents
from domain.tickets.lifecycle import State
from domain.tickets.messages import RejectionReason
from domain.values.ticket_number import parse_number
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.context import AppContext, Context
from gateway.http.problem_status import STATUS
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.i18n import catalog
from gateway.pages.agent import discrepancies
from gateway.pages.agent.access import AtTheDesk, DeskRoute, desk_page
from gateway.pages.agent.actions import ACTS, Wish, new_request_id, read_wish, refused
from gateway.pages.agent.search_query import wrong_number
from gateway.pages.agent.timeline import Storyteller
from gateway.pages.csrf import read_protected_form
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.rendering import reading_language
from gateway.pages.sessions import Session
from gateway.ticket_commands import submit_command
from gateway.ticket_view import ticket_rules, to_detail

router = APIRouter(route_class=DeskRoute)
router.include_router(discrepancies.router)
_NOTHING: Final = Wish()


@router.get("/tickets/{number}")
async def look(
    context: Context, request: Request, session: AtTheDesk, number: str, done: str = ""
) -> Response:
    """Show a ticket; `done` is the id of a request that was carried out."""
    found = _meant(number)
    if found is None or (row := await ticket_whole(context.postgres, found)) is None:
        return _unknown(context, request, session, number)
    if found != number:
        return RedirectResponse(f"/desk/tickets/{found}", 303)
    log_event(SecurityEvent.TICKET_READ, agent=session.subject, number=found, channel="agent_pages")
    return _ticket_page(context, request, session, row, _NOTHING, done)


@router.post("/tickets/{number}")
async def act(context: Context, request: Request, session: AtTheDesk, number: str) -> Response:
    """Carry out what an agent filled in; sent twice, it is carried out once."""
    form = await read_protected_form(context, request, session)
    found = _meant(number)
    if found is None or (row := await ticket_whole(context.postgres, found)) is None:
        return _unknown(context, request, session, number)
    rules = ticket_rules(context, row)
    wish = read_wish(form, rules.market.currency if rules else "")
    if wish.errors:
        return _ticket_page(context, request, session, row, wish, status=422)
    actor = {"request_id": wish.request_id, "actor": f"agent:{session.subject}"}
    try:
        await submit_command(context, found, ACTS[wish.act], {**wish.content, **actor})
    except Problem as problem:
        now = await ticket_whole(context.postgres, found) or row
        told = replace(wish, request_id="", errors=refused(problem.code))
        return _ticket_page(context, request, session, now, told, status=STATUS[problem.code])
    except (TransientError, RPCError):
        # The id stays: sent once more, it is the same request.
        told = replace(wish, errors=refused("unavailable"))
        return _ticket_page(context, request, session, row, told, status=503)
    return RedirectResponse(f"/desk/tickets/{found}?done={quote(wish.request_id)}", 303)


def _meant(number: str) -> str | None:
    try:
        return parse_number(number)
    except RequestRejected:
        return None


def _unknown(context: AppContext, request: Request, session: Session, number: str) -> Response:
    """Say that there is no such ticket, or that a character of its number is mistyped."""
    language = reading_language(request)
    w = catalog("agent", language)
    mistyped = _meant(number) is None and wrong_number(number) == "check_character"
    content = {
        "title": w["ticket"]["mistyped_title" if mistyped else "unknown_title"],
        "text": w["search"]["mistyped"] if mistyped else w["ticket"]["unknown_text"],
        "severity": "warn",
    }
    return desk_page(context, request, session, "agent/message.html", content, 404)


def _ticket_page(
    context: AppContext,
    request: Request,
    session: Session,
    row: Mapping[str, Any],
    wish: Wish,
    done: str = "",
    status: int = 200,
) -> Response:
    language = reading_language(request)
    w, formatter = catalog("agent", language), LocaleFormatter(context, language)
    seen, rules = to_detail(context, row, language), ticket_rules(context, row)
    teller = Storyteller(seen, rules, formatter, w)
    waiting = [one for one in seen.discrepancies if one.closed_at is None]
    content = {
        "seen": seen,
        "formatter": formatter,
        "zone": teller.zone,
        "story": teller.story(),
        "waiting": [(one, teller.told(one)) for one in waiting],
        "done": _done(seen, done),
        "wish": wish,
        "errors": {name: w["errors"][code] for name, code in wish.errors.items()},
        "filled_in": _filled_in(seen, rules, formatter),
        "request_id": wish.request_id or new_request_id(),
        "workflow": _workflow(context, seen.number),
        **_offered(context, seen, rules, language, session),
    }
    return desk_page(context, request, session, "agent/ticket.html", content, status)


def _filled_in(
    seen: TicketDetail, rules: PartnerRules | None, formatter: LocaleFormatter
) -> list[tuple[str, str]]:
    """Return labels and answers of the form; days are written out, as everywhere on the page."""
    form = rules.form(ClaimKind(seen.kind)) if rules and seen.kind else ()
    days = {field.name for field in form if field.type == "date"}
    return [
        (
            one.label,
            _written_out(one.display_value, formatter) if one.name in days else one.display_value,
        )
        for one in seen.answers
    ]


def _written_out(answer: str, formatter: LocaleFormatter) -> str:
    try:
        return formatter.format_date(date.fromisoformat(answer))
    except ValueError:
        return answer


def _is_offered(act: str, seen: TicketDetail, session: Session) -> bool:
    """Say whether the ticket takes an act, and from this agent: nobody approves their own words."""
    if act == "approve":
        proposed = seen.proposal
        if proposed is None or not are_different_agents(proposed.by, f"agent:{session.subject}"):
            return False
    return ACTS[act] in seen.available_actions


def _offered(
    context: AppContext,
    seen: TicketDetail,
    rules: PartnerRules | None,
    language: str,
    session: Session,
) -> dict[str, Any]:
    """Return which forms are offered, and what there is to choose in them."""
    form = rules.form(ClaimKind(seen.kind)) if rules and seen.kind else ()
    awaiting = seen.state is State.AWAITING_CANCELLATION_PERIOD
    known = seen.confirmed if awaiting else seen.promised
    unknown_end = any(need.code == "cancellation_end_unknown" for need in seen.attention)
    return {
        "confirming": _confirm_help(awaiting, unknown_end),
        "acts": [act for act in ACTS if _is_offered(act, seen, session)],
        "maximum": LocaleFormatter(context, language).format_money(seen.maximum.model_dump())
        if seen.maximum
        else "",
        "currency": rules.market.currency if rules else "",
        "known": LocaleFormatter(context, language).format_money(known.model_dump())
        if known
        else None,
        "reasons": [
            (reason.value, context.emails.phrase(language, "rejections", reason.value))
            for reason in RejectionReason
        ],
        "asked": [(field.name, _label(field, language)) for field in form],
    }


def _confirm_help(awaiting: bool, unknown_end: bool) -> str:
    """Return the catalog's key of the text that explains a confirmation."""
    if unknown_end:
        return "confirm_ends_period"
    return "confirm_keeps_end" if awaiting else "confirm_help"


def _label(field: FormField, language: str) -> str:
    return next(text for key, text in field.label.items() if key == language)


def _done(seen: TicketDetail, request_id: str) -> str | None:
    """Return which request was carried out, if one was under this id: nobody's word is taken."""
    found = (one for one in seen.messages if request_id and one.message_id == request_id)
    said = {"applied": None, NEEDED: NEEDED}
    return next((said[one.code] or one.message for one in found if one.code in said), None)


def _workflow(context: AppContext, number: str) -> str | None:
    """Return where the ticket's workflow is shown, if the settings say where that is at all."""
    if context.settings.temporal_ui_url is None:
        return None
    place = f"/namespaces/{quote(context.temporal.namespace)}/workflows/{quote(number)}"
    return context.settings.temporal_ui_url.rstrip("/") + place
