"""Parameters of every e-mail, and the codes that have texts."""

import tomllib
from typing import Any

from adapters.email.locale_renderer import TEMPLATES
from domain.tickets.messages.rejection_reason import RejectionReason

NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
EXISTING_TICKET = "ZW-9999-P9XT-M2AB-D"
CLAIMED = [
    {"label": "Order number", "value": "VT-2231-9", "exact": True},
    {"label": "Note", "value": "see www.evil.example", "exact": False},
]
COMMON_PARAMS = {"number": NUMBER, "partner_name": "VeloTel", "member_name": "Jan Kowalski"}
NAMELESS_LANGUAGES = {"pl"}
"""A greeting with a name needs the vocative there."""
CLAIMLESS = {"claim_not_accepted"}
"""The database stores nothing of a refused claim."""
AMOUNT = {"amount": "12.50", "currency": "PLN"}
INSTANT = "2026-11-30T14:05:00+01:00"
OWN_PARAMS: dict[str, dict[str, Any]] = {
    "confirmation": {"held_until": INSTANT, "answer_by": "2026-12-14"},
    "information_needed": {"questions": ["When?", "Where?"], "answer_by": "2026-11-30"},
    "partner_confirmed": {
        "due_on": "2026-11-30",
        "amount": AMOUNT,
        "decided_by": "partner",
        "is_update": False,
    },
    "rejected": {"reason_code": "order_not_found", "decided_by": "partner"},
    "resolved": {"amount": AMOUNT},
    "reward_registered": {},
    "withdrawn": {},
    "claim_not_accepted": {
        "reasons": [
            {"code": "too_early", "field": None},
            {"code": "incomplete", "field": "order_number", "expected": "required"},
            {"code": "duplicate", "field": None},
            {"code": "too_late", "field": None},
        ],
        "available_from": INSTANT,
        "last_day": "2026-12-31",
        "existing_ticket": EXISTING_TICKET,
    },
}
KINDS = tuple(OWN_PARAMS)
DATES = {"pl": "30 listopada 2026 r.", "de": "30. November 2026", "en": "30 November 2026"}
INSTANTS = {
    "pl": "30 listopada 2026 r. o godz. 14:05",
    "de": "30. November 2026 um 14:05 Uhr",
    "en": "30 November 2026 at 14:05",
}
CODES = {
    "codes": (
        "unknown_partner partner_takes_no_claims no_link link_does_not_fit reward_granted "
        "reward_invalid reward_not_rejected reward_registered order_in_future too_late incomplete "
        "duplicate too_many_claims too_early key_reused malformed"
    ),
    "rejections": " ".join(RejectionReason),
    "expected": (
        "required malformed_pattern order_letters malformed_date malformed_number ambiguous_number "
        "several_numbers malformed_email unreachable_email too_long "
        "not_text not_an_option date_in_future another_order unclear"
    ),
}
CODE_PARAMS = {
    "too_early": {"available_from": INSTANT},
    "too_many_claims": {"available_from": INSTANT},
    "too_late": {"last_day": "2026-11-30"},
    "duplicate": {"existing_ticket": EXISTING_TICKET},
    "incomplete": {"field": "Order number", "expected": "this field is required."},
}
HOSTILE = "<script>alert('x')</script> {{7*7}} {% raw %} & \"q\" " + "ż" * 2000


def read_phrases(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATES / f"phrases.{language}.toml").read_text(encoding="utf-8"))


def params_of(kind: str, **other: Any) -> dict[str, Any]:
    claimed = {} if kind in CLAIMLESS else {"claimed": CLAIMED}
    return {**COMMON_PARAMS, **claimed, **OWN_PARAMS[kind], **other}
