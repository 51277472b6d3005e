"""Examples of claims and their results for the OpenAPI document."""

from typing import Final

from gateway.json_types import JsonObject

NUMBER: Final = "ZW-4KQ7-P9XT-M2AB-C"


MONEY: Final = {"amount": "40.00", "currency": "PLN"}


CLAIM: Final = {
    "account_id": "acc-1001",
    "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
    "kind": "missing_cashback",
    "partner_id": "velotel",
    "link_id": "lnk-77",
    "ordered_on": "2026-10-01",
    "answers": {"order_number": "VT-2231-9", "activated_on": "2026-10-03"},
}


CONTEST: Final = {
    "account_id": "acc-1001",
    "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
    "kind": "rejected_reward",
    "partner_id": "velotel",
    "reward_id": "rew-5",
    "answers": {"order_number": "VT-2231-9", "objection": "The contract is still running."},
}


CLAIMS: Final[JsonObject] = {
    "missing": {"summary": "Missing cashback", "value": CLAIM},
    "rejected": {"summary": "A rejected reward is contested", "value": CONTEST},
}


_NOTHING: Final[JsonObject] = {"available_from": None, "existing_ticket": None, "contact": None}


_ACCEPTED: Final[JsonObject] = {
    "status": "accepted",
    "state": "validated",
    "reasons": [],
    "last_day": "2027-01-01",
    **_NOTHING,
}


_TOO_EARLY: Final[JsonObject] = {
    "status": "refused",
    "state": "discarded",
    "reasons": [
        {
            "code": "too_early",
            "field": None,
            "message": "The reward may still appear by itself. You can create a support ticket "
            "from this moment on: 4 October 2026 at 00:00.",
        }
    ],
    **_NOTHING,
    "available_from": "2026-10-04T00:00:00+02:00",
    "last_day": "2027-01-01",
}


_INCOMPLETE: Final[JsonObject] = {
    "status": "discarded",
    "state": "discarded",
    "reasons": [
        {
            "code": "incomplete",
            "field": "order_number",
            "message": "Contract number: this field is required.",
        }
    ],
    "last_day": None,
    **_NOTHING,
}


_ANSWERS: Final = {"accepted": _ACCEPTED, "too_early": _TOO_EARLY, "incomplete": _INCOMPLETE}


CHECKED: Final = {name: {"value": answer} for name, answer in _ANSWERS.items()}


ADMITTED: Final = {
    name: {"value": {**answer, "number": NUMBER}} for name, answer in _ANSWERS.items()
}
