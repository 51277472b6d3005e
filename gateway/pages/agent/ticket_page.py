"""Renders a ticket's page: its timeline, its details, and the action forms."""

from datetime import date
from typing import Final
from urllib.parse import quote

from fastapi import Response

from adapters.postgres.agents.ticket_detail_row import TicketDetailRow
from domain.codes import MessageCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.context import AppContext
from gateway.pages.agent.access import AgentRequest
from gateway.pages.agent.action_forms import action_forms
from gateway.pages.agent.actions import AgentAction, new_request_id
from gateway.pages.agent.timeline import TimelineBuilder
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.ticket_view import ticket_rules, to_detail

NO_ACTION: Final = AgentAction()


def ticket_page(
    agent: AgentRequest,
    row: TicketDetailRow,
    submitted: AgentAction = NO_ACTION,
    done: str = "",
    status: int = 200,
) -> Response:
    """Render a ticket; `submitted` is shown again with its errors, `done` is a request's id."""
    texts, formatter = agent.texts, agent.formatter
    ticket = to_detail(agent.context, row, agent.language)
    rules = ticket_rules(agent.context, row)
    timeline = TimelineBuilder(ticket, rules, formatter, texts)
    open_ones = [one for one in ticket.discrepancies if one.closed_at is None]
    content = {
        "ticket": ticket,
        "formatter": formatter,
        "zone": timeline.zone,
        "timeline": timeline.build(),
        "discrepancies": [(one, timeline.message_entry(one)) for one in open_ones],
        "done": _completed_action(ticket, done),
        "submitted": submitted,
        "errors": {name: texts["errors"][code] for name, code in submitted.errors.items()},
        "form_answers": _form_answers(ticket, rules, formatter),
        "request_id": submitted.request_id or new_request_id(),
        "temporal_ui_url": _temporal_ui_url(agent.context, ticket.number),
        "forms": action_forms(agent, ticket, rules),
    }
    return agent.render("ticket.html", content, status)


def _form_answers(
    ticket: TicketDetail, rules: PartnerRules | None, formatter: LocaleFormatter
) -> list[tuple[str, str]]:
    """Return pairs of label and answer; dates are written out, as everywhere on the page."""
    form = rules.form(ClaimKind(ticket.kind)) if rules and ticket.kind else ()
    dates = {field.name for field in form if field.type == "date"}
    return [
        (
            one.label,
            _with_date(one.display_value, formatter) if one.name in dates else one.display_value,
        )
        for one in ticket.answers
    ]


def _with_date(answer: str, formatter: LocaleFormatter) -> str:
    try:
        return formatter.format_date(date.fromisoformat(answer))
    except ValueError:
        return answer


def _completed_action(ticket: TicketDetail, request_id: str) -> str | None:
    """Return the command that was applied under this id, from the log and not from the URL."""
    found = (one for one in ticket.messages if request_id and one.message_id == request_id)
    texts = {"applied": None, MessageCode.APPROVAL_NEEDED: MessageCode.APPROVAL_NEEDED}
    return next((texts[one.code] or one.message for one in found if one.code in texts), None)


def _temporal_ui_url(context: AppContext, number: str) -> str | None:
    """Return the URL of the ticket's workflow in the Temporal UI, if the settings name the UI."""
    base_url = context.settings.temporal_ui_url
    if base_url is None:
        return None
    namespace = quote(context.temporal.namespace)
    return f"{base_url.rstrip('/')}/namespaces/{namespace}/workflows/{quote(number)}"
