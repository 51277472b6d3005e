"""Examples of tickets, commands and results for the OpenAPI document."""

from typing import Final

from pydantic import JsonValue

from gateway.api.schemas.claim_examples import NUMBER
from gateway.json_types import JsonObject

DECISIONS: Final[list[JsonValue]] = [
    {
        "request_id": "agent-7731",
        "outcome": "confirmed",
        "note": "Contract seen",
        "reward": {"amount": "40.00", "currency": "PLN"},
    },
    {"request_id": "agent-7732", "outcome": "rejected", "reason_code": "terms_not_met"},
]
WITHDRAWALS: Final[list[JsonValue]] = [{"request_id": "agent-7733", "reason": "filed twice"}]
RESENDS: Final[list[JsonValue]] = [
    {"request_id": "agent-7734", "reason": "the partner fixed its form"}
]
INFORMATION: Final[list[JsonValue]] = [
    {"request_id": "agent-7735", "questions": ["order_number", "When did you sign?"]},
    {
        "request_id": "app-12",
        "answers": {"order_number": "VT-2231-9"},
        "note": "Signed on 1 October.",
    },
]
COMMAND_RESULT: Final = {
    "request_id": "agent-7731",
    "number": NUMBER,
    "state": "awaiting_cancellation_period",
    "state_changed": True,
    "code": None,
    "problems": {},
    "awaits_approval": False,
}
_CONTACT: Final = {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"}
_TICKET_SUMMARY: Final[JsonObject] = {
    "number": NUMBER,
    "state": "sent_to_partner",
    "kind": "missing_cashback",
    "account_id": "acc-1001",
    "contact": _CONTACT,
    "created_at": "2026-10-05T09:12:00Z",
    "next_deadline": "2026-11-04T09:12:00Z",
}
TICKET_PAGE: Final[JsonObject] = {
    "tickets": [{**_TICKET_SUMMARY, "partner": "velotel", "attention": [], "reason_code": None}],
    "next": f"1791972000000000.{NUMBER}",
}
_TRANSITIONS: Final = (
    ("claim_accepted", "created", "validated", "2026-10-05T09:12:00Z"),
    ("claim_sent", "validated", "sent_to_partner", "2026-10-05T09:12:02Z"),
)
TICKET_DETAIL: Final[JsonObject] = {
    **_TICKET_SUMMARY,
    "partner": {"id": "velotel", "name": "Velotel"},
    "language": "pl",
    "answers": [
        {
            "name": "order_number",
            "label": "Contract number",
            "value": "VT-2231-9",
            "display_value": "VT-2231-9",
        }
    ],
    "member_note": None,
    "link_id": "lnk-77",
    "reward_id": None,
    "ordered_on": "2026-10-01",
    "ordered_at": None,
    "updated_at": "2026-10-05T09:12:02Z",
    "waiting_for": {"code": "partner", "text": "the partner's answer"},
    "cancellation_ends_at": None,
    "attention": [],
    "reason": None,
    "refusal_reasons": [],
    "existing_ticket": None,
    "promised": {"amount": "40.00", "currency": "PLN"},
    "confirmed": None,
    "granted": None,
    "partner_reference": "case-981",
    "history": [
        {
            "seq": seq,
            "event": event,
            "from": before,
            "to": after,
            "at": at,
            "actor": "system",
            "reason": None,
            "note": None,
        }
        for seq, (event, before, after, at) in enumerate(_TRANSITIONS, 1)
    ],
    "emails": [
        {
            "kind": "confirmation",
            "language": "pl",
            "queued_at": "2026-10-05T09:12:00Z",
            "sent_at": "2026-10-05T09:12:01Z",
        }
    ],
    "messages": [],
    "related": [],
    "other_accounts": [],
    "other_open_claims": {"on_account": 1, "on_link": 0},
    "available_actions": ["decide", "request_information", "resend_to_partner", "withdraw"],
}
