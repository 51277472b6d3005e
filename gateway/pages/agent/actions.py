"""What agents fill in at the desk, read into a request to the ticket, or told at the field."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import FormData

from domain.tickets.messages import RejectionReason
from domain.values.input_grammar import InvalidInput, parse_amount
from gateway.http.problems import Problem
from gateway.pages.form_fields import normalize_input

ACTS: Final = {
    "approve": "decide",
    "confirm": "decide",
    "reject": "decide",
    "withdraw": "withdraw",
    "ask": "request_information",
    "resend": "resend_to_partner",
}
"""The forms of the desk, and the update that each becomes."""
_REASONS: Final = frozenset(reason.value for reason in RejectionReason)
_LONGEST: Final = 4000
_UNREAD: Final = {one: one for one in ("ambiguous_number", "several_numbers")}
_LONGEST_ID: Final = 120


@dataclass(frozen=True)
class Wish:
    """A form as it was sent: its values are kept, `errors` are codes by the names of fields.

    An error under the empty name is about the whole.
    """

    act: str = ""
    request_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    ticked: Sequence[str] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


def new_request_id() -> str:
    """Return an id for the next request: kept in the form, so that it is carried out once."""
    return f"desk-{secrets.token_urlsafe(12)}"


def read_wish(form: FormData, currency: str) -> Wish:
    """Read a form; amounts are in the market's `currency`. Raises `Problem("malformed")` for what
    no form of the desk sends.
    """
    values = {
        name: normalize_input(value) for name, value in form.items() if isinstance(value, str)
    }
    act, request_id = values.get("action", ""), values.get("request_id", "")
    if act not in ACTS or not _is_id(request_id):
        raise Problem("malformed")
    ticked = [one for one in form.getlist("ask_fields") if isinstance(one, str)]
    content, errors = _READERS[act](values, ticked, currency)
    errors |= {name: "too_long" for name, value in values.items() if len(value) > _LONGEST}
    return Wish(act, request_id, content, values, ticked, errors)


Read = tuple[dict[str, Any], dict[str, str]]


def _confirm(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    content: dict[str, Any] = {"outcome": "confirmed", "note": values.get("confirm_note", "")}
    errors = _missing(values, "confirm_note")
    if typed := values.get("confirm_amount"):
        try:
            amount = parse_amount(typed, currency)
        except InvalidInput as error:
            return content, errors | {"confirm_amount": _UNREAD.get(error.code, "amount")}
        if not amount:
            errors["confirm_amount"] = "amount"
        content["reward"] = {"amount": str(amount), "currency": currency}
    return content, errors


def _approve(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    """Read the second agent's word: for the amount that the page showed, whatever stands now."""
    note = values.get("approve_note", "")
    reward = {"amount": values.get("approve_amount", ""), "currency": currency}
    content = {"outcome": "confirmed", "note": note, "reward": reward}
    return content, _missing(values, "approve_note")


def _reject(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    reason, note = values.get("reject_reason_code", ""), values.get("reject_note", "")
    errors = _missing(values, "reject_reason_code", "reject_note")
    if reason not in _REASONS:
        errors["reject_reason_code"] = "required"
    return {"outcome": "rejected", "reason_code": reason, "note": note}, errors


def _withdraw(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    reason = values.get("withdraw_reason", "")
    return {"reason": reason}, _missing(values, "withdraw_reason")


def _ask(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    words = values.get("ask_question", "")
    questions = [*ticked, *([words] if words else [])]
    return {"questions": questions}, ({} if questions else {"ask_question": "question"})


def _resend(values: Mapping[str, str], ticked: Sequence[str], currency: str) -> Read:
    reason = values.get("resend_reason", "")
    return {"reason": reason}, _missing(values, "resend_reason")


_READERS: Final = {
    "approve": _approve,
    "confirm": _confirm,
    "reject": _reject,
    "withdraw": _withdraw,
    "ask": _ask,
    "resend": _resend,
}
_AT: Final = {"reward_required": "confirm_amount", "wrong_currency": "confirm_amount"}
_OF_FACTS: Final = dict.fromkeys(
    (
        "no_link",
        "link_does_not_fit",
        "reward_granted",
        "reward_invalid",
        "reward_not_rejected",
        "reward_registered",
    ),
    "contradicting_facts",
)
_KNOWN: Final = frozenset(
    {
        "reward_required",
        "wrong_currency",
        "approval_by_another",
        "action_not_allowed",
        "key_reused",
        "unavailable",
        "workflow_lost",
    }
)


def refused(code: str) -> dict[str, str]:
    """Say a refusal's code at the field that it is about, or at the whole."""
    known = code if code in _KNOWN else "other"
    return {_AT.get(code, ""): _OF_FACTS.get(code, known)}


def _missing(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: "required" for name in names if not values.get(name)}


def _is_id(text: str) -> bool:
    return (
        0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() and " " not in text
    )
