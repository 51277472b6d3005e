"""Where a ticket stands, for its member: the same as on the status page; and new links to that."""

from fastapi import APIRouter, Request

from adapters.postgres.tickets.ticket_status import get_ticket_status, revoke_status_links
from adapters.security.signed_links import status_path
from domain.codes import RefusalCode
from domain.partners.rules import PartnerRules
from domain.values.stored import read_stored
from gateway.api.schemas.ticket_status import StatusLink, TicketStatus
from gateway.api.tickets import PROBLEMS, NumberPath
from gateway.context import AppContext, Context
from gateway.http.auth import AgentCaller, ApiRoute, FilingCaller
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.i18n import preferred_language
from gateway.ticket_commands import parse_number_or_404, require_ticket_access
from gateway.ticket_status import is_shown, to_status

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)


def _require_shown(context: AppContext) -> None:
    if context.settings.status_page == "off":
        raise Problem(RefusalCode.NOT_SHOWN_TO_MEMBERS)


@router.get(
    "/tickets/{number}/status",
    operation_id="tickets_status",
    summary="Get where a ticket stands, for its member",
    responses=responses(*PROBLEMS, RefusalCode.NOT_SHOWN_TO_MEMBERS),
)
async def ticket_status(
    request: Request, context: Context, caller: FilingCaller, number: NumberPath
) -> TicketStatus:
    """Return what the status page shows, until 90 days after the ticket's end.

    `not_shown_to_members` unless `TICKETS_STATUS_PAGE` is on (R30).
    """
    _require_shown(context)
    found = await require_ticket_access(context, caller, number)
    row = await get_ticket_status(context.database, found)
    if row is None or not is_shown(row, context.now):
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    rules = read_stored(PartnerRules, row.rules)
    return to_status(context.emails, row, rules, preferred_language(request))


@router.post(
    "/tickets/{number}/status-link",
    operation_id="tickets_renew_status_link",
    summary="Make a new link to a ticket's status page",
    responses=responses(*PROBLEMS, RefusalCode.NOT_SHOWN_TO_MEMBERS),
)
async def renew_status_link(
    context: Context, caller: AgentCaller, number: NumberPath
) -> StatusLink:
    """Return a new link to the status page. All earlier links become invalid, also in e-mails."""
    _require_shown(context)
    found = parse_number_or_404(number)
    key = await revoke_status_links(context.database, found)
    if key is None:
        raise Problem(RefusalCode.UNKNOWN_TICKET)
    log_event(SecurityEvent.STATUS_LINKS_REVOKED, agent=caller.subject, number=found)
    settings = context.settings
    path = status_path(settings.signing_secret, found, key)
    return StatusLink(url=settings.public_url.rstrip("/") + path)
