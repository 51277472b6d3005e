"""Parses an agent's action form into a command to the ticket; errors are codes by field."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from starlette.datastructures import FormData

from domain.codes import RefusalCode
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import parse_amount
from gateway.http.problems import Problem
from gateway.pages.form_fields import normalize_input

ACTIONS: Final = {
    "approve": "decide",
    "confirm": "decide",
    "reject": "decide",
    "withdraw": "withdraw",
    "ask": "request_information",
    "resend": "resend_to_partner",
}
"""The action forms, and the update that each sends."""
_REASONS: Final = frozenset(reason.value for reason in RejectionReason)
_AMOUNT_ERRORS: Final = frozenset({"ambiguous_number", "several_numbers"})
_MAX_TEXT_LENGTH: Final = 4000
_MAX_ID_LENGTH: Final = 120


@dataclass(frozen=True)
class AgentAction:
    """An action form as it was sent; `errors` are codes by field, "" is the whole form.

    `content` is the content of the update `ACTIONS[name]`.
    """

    name: str = ""
    request_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    ticked: Sequence[str] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


class _Parsed(NamedTuple):
    content: dict[str, Any]
    errors: dict[str, str]


class _Input(NamedTuple):
    """What a parser reads: the form's values, the ticked fields, the market's currency."""

    values: Mapping[str, str]
    ticked: Sequence[str]
    currency: str

    def required(self, *names: str) -> dict[str, str]:
        """Return an error for each of these fields that is empty."""
        return {name: "required" for name in names if not self.values.get(name)}


def new_request_id() -> str:
    """Return an id for the next request; the form carries it, so that it is executed once."""
    return f"agent-{secrets.token_urlsafe(12)}"


def parse_action(form: FormData, currency: str) -> AgentAction:
    """Parse a form; amounts are in the market's `currency`.

    Raises `Problem("malformed")` for a form that no agent page contains.
    """
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    values = {name: normalize_input(text) for name, text in texts.items()}
    name, request_id = values.get("action", ""), values.get("request_id", "")
    if name not in ACTIONS or not _is_request_id(request_id):
        raise Problem(RefusalCode.MALFORMED)
    ticked = [one for one in form.getlist("ask_fields") if isinstance(one, str)]
    content, errors = _PARSERS[name](_Input(values, ticked, currency))
    too_long = (name for name, value in values.items() if len(value) > _MAX_TEXT_LENGTH)
    errors |= dict.fromkeys(too_long, "too_long")
    return AgentAction(name, request_id, content, values, ticked, errors)


def _approve(sent: _Input) -> _Parsed:
    """Parse a second agent's approval: of the amount that the page showed, whatever is current."""
    reward = {"amount": sent.values.get("approve_amount", ""), "currency": sent.currency}
    note = sent.values.get("approve_note", "")
    content = {"outcome": "confirmed", "note": note, "reward": reward}
    return _Parsed(content, sent.required("approve_note"))


def _confirm(sent: _Input) -> _Parsed:
    content: dict[str, Any] = {"outcome": "confirmed", "note": sent.values.get("confirm_note", "")}
    errors = sent.required("confirm_note")
    if text := sent.values.get("confirm_amount"):
        try:
            amount = parse_amount(text, sent.currency)
        except InvalidInput as error:
            code = error.code if error.code in _AMOUNT_ERRORS else "amount"
            return _Parsed(content, errors | {"confirm_amount": code})
        if not amount:
            errors["confirm_amount"] = "amount"
        content["reward"] = {"amount": str(amount), "currency": sent.currency}
    return _Parsed(content, errors)


def _reject(sent: _Input) -> _Parsed:
    reason = sent.values.get("reject_reason_code", "")
    errors = sent.required("reject_reason_code", "reject_note")
    if reason not in _REASONS:
        errors["reject_reason_code"] = "required"
    note = sent.values.get("reject_note", "")
    return _Parsed({"outcome": "rejected", "reason_code": reason, "note": note}, errors)


def _withdraw(sent: _Input) -> _Parsed:
    reason = sent.values.get("withdraw_reason", "")
    return _Parsed({"reason": reason}, sent.required("withdraw_reason"))


def _ask(sent: _Input) -> _Parsed:
    text = sent.values.get("ask_question", "")
    questions = [*sent.ticked, *([text] if text else [])]
    return _Parsed({"questions": questions}, {} if questions else {"ask_question": "question"})


def _resend(sent: _Input) -> _Parsed:
    reason = sent.values.get("resend_reason", "")
    return _Parsed({"reason": reason}, sent.required("resend_reason"))


_PARSERS: Final[Mapping[str, Callable[[_Input], _Parsed]]] = {
    "approve": _approve,
    "confirm": _confirm,
    "reject": _reject,
    "withdraw": _withdraw,
    "ask": _ask,
    "resend": _resend,
}


def _is_request_id(text: str) -> bool:
    is_printable = text.isascii() and text.isprintable() and " " not in text
    return is_printable and 0 < len(text) <= _MAX_ID_LENGTH
