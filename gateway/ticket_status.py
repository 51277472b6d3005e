"""The view of a ticket for its member, on the status page and in the API."""

from datetime import datetime, timedelta
from typing import Any, Final

from adapters.email.renderer import EmailRenderer
from adapters.postgres.tickets.ticket_status import StatusStepRow, TicketStatusRow
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from domain.values.stored import read_stored
from gateway.api.schemas.ticket_status import TicketStatus
from gateway.i18n import catalog
from gateway.ticket_view import WAITING_FOR, to_money

SHOWN_AFTER_END: Final = timedelta(days=90)
_SHOWN_CHARACTERS: Final = 4
_STEPS: Final = {
    State.SENT_TO_PARTNER: 2,
    State.INFORMATION_REQUESTED: 2,
    State.REJECTED: 3,
    State.AWAITING_CANCELLATION_PERIOD: 4,
    State.RESOLVED: 5,
}


def is_shown(row: TicketStatusRow, now: datetime) -> bool:
    """Say whether members still see the ticket: until 90 days after its end."""
    return not row.state.is_final or now - row.transitions[-1].at < SHOWN_AFTER_END


def to_status(
    emails: EmailRenderer, row: TicketStatusRow, rules: PartnerRules, language: str
) -> TicketStatus:
    """Build the view of a ticket for its member, with texts in `language`; `rules`: its own."""
    zone = rules.market.zone
    reason = row.reason_code
    fields: dict[str, Any] = row.model_dump(include={"number", "kind", "ordered_on", "state"}) | {
        "partner": rules.name,
        "clicked_on": row.clicked_at.astimezone(zone).date() if row.clicked_at else None,
        "order_number": _masked_order_number(rules, row),
        "step": max(_STEPS.get(one.to_state, 1) for one in row.transitions),
        "since": _since(row),
        "waiting_for": WAITING_FOR.get(row.state),
        "next_deadline": row.due_at,
        "promised": to_money(row.promised_amount, row.promised_currency),
        "confirmed": to_money(row.confirmed_amount, row.confirmed_currency),
        "granted": to_money(row.granted_amount, row.granted_currency),
        "history": [_event(one, rules.name, language) for one in row.transitions],
    }
    if reason and row.state is State.REJECTED:
        fields["reason"] = {
            "code": reason,
            "text": emails.translate(language, "rejections", reason),
        }
    return read_stored(TicketStatus, fields)


def _since(row: TicketStatusRow) -> datetime:
    """Return when the ticket came into its state: not when something changed within it."""
    since = row.transitions[-1].at
    for one in reversed(row.transitions):
        if one.to_state is not row.state:
            break
        since = one.at
    return since


def _masked_order_number(rules: PartnerRules, row: TicketStatusRow) -> str | None:
    fields = rules.order_number_fields(ClaimKind(row.kind))
    number = (row.answers or {}).get(fields[0].name) if fields else None
    if number is None:
        return None
    return "…" + (number[-_SHOWN_CHARACTERS:] if len(number) > _SHOWN_CHARACTERS else "")


def _event(row: StatusStepRow, partner: str, language: str) -> dict[str, Any]:
    texts = catalog("status", language)["events"]
    return {"event": row.event, "at": row.at, "text": texts[row.event].format(partner=partner)}
