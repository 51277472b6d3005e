"""Views of tickets for agents, in the API and on the agent pages, built from database rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from adapters.postgres.agents.ticket_detail import MESSAGES_PAGE_SIZE
from adapters.postgres.agents.ticket_detail_row import TicketDetailRow
from adapters.postgres.agents.ticket_list_row import TicketListRow
from adapters.postgres.agents.ticket_record_rows import TransitionRow
from domain.handlers.commands.available import available_commands
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from domain.values.stored import read_stored
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.api.schemas.tickets import TicketSummary
from gateway.context import AppContext
from gateway.http.pagination import encode_message_cursor
from gateway.i18n import catalog
from gateway.json_types import JsonMapping, JsonObject

WAITING_FOR: Final = {
    State.VALIDATED: "partner",
    State.SENT_TO_PARTNER: "partner",
    State.ON_HOLD: "hold",
    State.INFORMATION_REQUESTED: "member",
    State.AWAITING_CANCELLATION_PERIOD: "cancellation_period",
}
"""Who or what an open ticket waits for."""


def to_summary(row: TicketListRow) -> TicketSummary:
    """Build the summary of a ticket from its row."""
    return read_stored(
        TicketSummary, row.model_dump() | {"partner": row.partner_id, "next_deadline": row.due_at}
    )


def ticket_rules(context: AppContext, row: TicketDetailRow) -> PartnerRules | None:
    """Return the rules that a ticket was admitted under, or the partner's current ones."""
    if row.rules:
        return read_stored(PartnerRules, row.rules)
    profile = context.profiles.get(row.partner_id or "")
    return profile.rules if profile else None


def to_detail(context: AppContext, row: TicketDetailRow, language: str) -> TicketDetail:
    """Build the full view of a ticket from its row, with texts in `language`."""
    rules, texts = ticket_rules(context, row), catalog("agent", language)
    log, reasons = row.messages, row.admission.reasons
    fields = _other_tickets(row) | {
        "partner": {"id": rules.id, "name": rules.name} if rules else None,
        "answers": _answers(row, rules, language),
        "next_deadline": row.due_at,
        "waiting_for": _coded_text(texts["waiting_for"], WAITING_FOR.get(row.state)),
        "attention": _attention(row.attention, texts),
        "reason": None if reasons else _reason(context, row.reason_code, language),
        "refusal_reasons": [{"code": one.code, "text": one.message} for one in reasons],
        "existing_ticket": row.admission.existing_ticket,
        "history": [_transition(context, one, language) for one in row.transitions],
        "messages": [one.model_dump() for one in log[-MESSAGES_PAGE_SIZE:]],
        "messages_before": encode_message_cursor(log[::-1]),
        "maximum": rules.max_reward.model_dump(mode="json") if rules else None,
        "available_actions": sorted(available_commands(row.state, row.attention)),
        "promised": to_money(row.promised_amount, row.promised_currency),
        "confirmed": to_money(row.confirmed_amount, row.confirmed_currency),
        "granted": to_money(row.granted_amount, row.granted_currency),
    }
    return read_stored(TicketDetail, row.model_dump() | fields)


def _other_tickets(row: TicketDetailRow) -> JsonObject:
    own = [one for one in row.same_order if one.account_id == row.account_id]
    others = [one for one in row.same_order if one.account_id != row.account_id]
    return {
        "related": [one.model_dump() for one in (*own, *row.duplicates)],
        "other_accounts": [one.model_dump() for one in others],
        "other_open_claims": {"on_account": row.open_on_account, "on_link": row.open_on_link},
    }


def _attention(codes: Sequence[str], texts: JsonMapping) -> list[dict[str, str]]:
    return [
        {"code": code, "text": texts["attention"][code], "advice": texts["advice"][code]}
        for code in codes
    ]


def _coded_text(texts: Mapping[str, str], code: str | None) -> dict[str, str] | None:
    return {"code": code, "text": texts[code]} if code else None


def _reason(context: AppContext, code: str | None, language: str) -> dict[str, str] | None:
    if code is None:
        return None
    try:
        return {"code": code, "text": context.emails.translate(language, "rejections", code)}
    except KeyError:  # the code of a refused claim: its reasons have texts
        return {"code": code, "text": code}


def _transition(context: AppContext, row: TransitionRow, language: str) -> JsonObject:
    reason = _reason(context, row.reason_code, language)
    return {**row.model_dump(), "from": row.from_state, "to": row.to_state, "reason": reason}


def to_money(amount: Decimal | None, currency: str | None) -> dict[str, str | None] | None:
    """Return an amount of two columns as JSON."""
    return None if amount is None else {"amount": str(amount), "currency": currency}


def _answers(
    row: TicketDetailRow, rules: PartnerRules | None, language: str
) -> list[dict[str, str]]:
    answers = row.answers or {}
    form = rules.form(ClaimKind(row.kind)) if rules and row.kind and answers else ()
    fields = {field.name: field for field in form}
    names = [name for name in fields if name in answers]
    names += [name for name in answers if name not in names]
    return [
        {
            "name": name,
            "label": (rules.label(name, language) if rules else None) or name,
            "value": answers[name],
            "display_value": fields[name].option_in(language, answers[name])
            if name in fields
            else answers[name],
        }
        for name in names
    ]
