"""The page on which a member sees where a ticket stands, behind the link in every e-mail.

The link's token alone opens it, and opening it changes nothing: mail servers open links, too. All
links that do not open the page get one and the same page.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.postgres.tickets.ticket_status import TicketStatusRow, get_ticket_status
from adapters.security.signed_links import answer_path, verify_status_link
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.handlers.information_requests import answer_link_expires_at
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from domain.values.stored import read_stored
from gateway.context import AppContext, Context
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_refusals
from gateway.pages.errors import PageRoute
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.rendering import reading_language, render_page
from gateway.ticket_status import is_shown, to_status

STEPS: Final = (1, 2, 3, 4, 5)
_HEADERS: Final = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


class StatusRoute(PageRoute):
    """The route of the status page."""

    area = "status"


router = APIRouter(include_in_schema=False, route_class=StatusRoute)


@router.get("/tickets/{number}/status")
async def show_status(request: Request, context: Context, number: str, token: str = "") -> Response:
    """Show where the ticket stands."""
    row = await _load(context, number, token)
    await context.limits.hit("status_page", number)
    language = reading_language(request, row.language)
    rules = read_stored(PartnerRules, row.rules)
    content = {
        "status": to_status(context.emails, row, rules, language),
        "steps": STEPS,
        "formatter": LocaleFormatter(context, language),
        "zone": rules.market.zone,
        "answer_page": _answer_page(context, row, rules),
        "support_email": context.settings.support_email,
    }
    response = render_page(request, "member/status.html", "status", language, content)
    response.headers.update(_HEADERS)
    return response


async def _load(context: AppContext, number: str, token: str) -> TicketStatusRow:
    """Return the ticket; raises `invalid_link`, whatever the reason."""
    with log_refusals(SecurityEvent.LINK_REFUSED, kind="status", number=number):
        key = verify_status_link(token, context.settings.signing_secret, number)
        row = await get_ticket_status(context.database, number)
        is_off = context.settings.status_page == "off"
        if is_off or row is None or row.status_key != key or not is_shown(row, context.now):
            raise RequestRejected(RefusalCode.INVALID_LINK)
        return row


def _answer_page(context: AppContext, row: TicketStatusRow, rules: PartnerRules) -> str | None:
    """Return the link to the page for an answer, while a question is open."""
    if row.state is not State.INFORMATION_REQUESTED:
        return None
    zone = rules.market.zone
    answer_by = row.due_at.astimezone(zone).date().isoformat() if row.due_at else None
    until = answer_link_expires_at(answer_by, context.now, zone)
    return answer_path(context.settings.signing_secret, row.number, until)
