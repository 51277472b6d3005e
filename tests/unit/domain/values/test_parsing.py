"""Parsing of messages: one malformed field makes them invalid."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.claims.claim_parsing import parse_claim
from domain.tickets.messages.commands import UPDATES, InformationAnswer, Withdrawal
from domain.tickets.messages.signals import SIGNALS, PartnerOutcome
from domain.values.json_text import parse_json
from domain.values.parsing import parse_message

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
OUTCOME = {"outcome_id": "evt-1", "partner_id": "velotel", "outcome": "confirmed"}
WORDS_OF_LIBRARIES = re.compile(
    r"(?i)input|value error|field required|valid |validat|pydantic|[\^\\]"
)
MODELS: list[type[BaseModel]] = [*SIGNALS.values(), *UPDATES.values()]


@given(st.sampled_from(MODELS), JSON | st.dictionaries(st.sampled_from([*OUTCOME, "actor"]), JSON))
def test_any_json_is_parsed_as_any_message_without_raising(
    model: type[BaseModel], content: object
) -> None:
    parsed = parse_message(model, content)
    assert (parsed.value is None) == bool(parsed.problems)
    for problem in parsed.problems.values():
        assert problem.startswith(("expected ", "reason_code: expected", "note: expected")), problem
        assert not WORDS_OF_LIBRARIES.search(problem), problem


@pytest.mark.parametrize(
    ("changes", "at", "expected"),
    [
        ({"outcome": None}, "outcome", "one of confirmed, rejected, order_cancelled, information"),
        ({"outcome_id": 7}, "outcome_id", "a text"),
        ({"outcome_id": ""}, "outcome_id", "a text"),
        ({"outcome_id": "a b"}, "outcome_id", "printable ASCII characters without spaces"),
        ({"reason_code": "x"}, "reason_code", "one of order_not_found, order_cancelled, "),
        ({"note": "x" * 4001}, "note", "at most 4000 characters"),
        ({"questions": "When?"}, "questions", "a list"),
        ({"questions": ["a"] * 21}, "questions", "at most 20 entries"),
        ({"questions": ["a" * 4000] * 3}, "questions", "at most 8000 characters together"),
        ({"activated_on": 7}, "activated_on", "a date such as 2026-10-01"),
        ({"activated_on": "1999-12-31"}, "activated_on", "a date between 2000-01-01 and 2199"),
        ({"activated_on": []}, "activated_on", "a date such as 2026-10-01"),
        ({"occurred_at": 7}, "occurred_at", "an instant such as 2026-10-01T10:00:00+02:00"),
        ({"occurred_at": {}}, "occurred_at", "an instant such as 2026-10-01T10:00:00+02:00"),
        ({"occurred_at": "2026-10-01"}, "occurred_at", "an instant such as 2026-10-01T10:00"),
        ({"occurred_at": "2026-10-01T10:00"}, "occurred_at", "an instant with its offset, such as"),
        ({"reward": "12.50"}, "reward", "an object"),
        ({"reward": {"amount": "x"}}, "reward.amount", "an amount such as 12.50"),
        ({"reward": {"amount": "1"}}, "reward.currency", "a value, there is none"),
        ({"reward": {"amount": "1", "currency": "x"}}, "reward.currency", "a currency such as EUR"),
    ],
)
def test_what_was_expected_is_named_in_our_words(
    changes: dict[str, Any], at: str, expected: str
) -> None:
    problems = parse_message(PartnerOutcome, OUTCOME | changes).problems
    assert problems[at].startswith(f"expected {expected}")


def test_one_malformed_field_makes_a_message_invalid() -> None:
    parsed = parse_message(PartnerOutcome, OUTCOME | {"reward": {"amount": "12.345"}})
    assert parsed.value is None
    assert set(parsed.problems) == {"reward.amount", "reward.currency"}


@pytest.mark.parametrize("content", [None, 7, "confirmed", [OUTCOME]])
def test_a_message_that_is_no_object_is_malformed(content: object) -> None:
    assert parse_message(PartnerOutcome, content).problems == {"": "expected a JSON object"}


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "rejected"},
        {"outcome": "rejected", "note": "because"},
        {"outcome": "confirmed"},
        {"outcome": "confirmed", "note": "  "},
        {"outcome": "order_cancelled", "note": "because"},
        {"outcome": "confirmed", "note": "because", "reward": {"amount": "-1", "currency": "PLN"}},
        {"outcome": "confirmed", "reason_code": "no_idea"},
    ],
)
def test_a_decision_without_a_reason_or_note_is_malformed(changes: dict[str, Any]) -> None:
    content = {"request_id": "req-1", "actor": "agent-7"} | changes
    assert parse_message(UPDATES["decide"], content).problems


def test_the_number_of_named_problems_is_limited() -> None:
    """A hostile message cannot fill a history with problems."""
    unknown = {f"field-{n}": n for n in range(1000)}
    assert len(parse_claim(unknown).unknown_fields) == 20
    contents = {"request_id": "r", "actor": "a", "questions": [7] * 1000}
    assert len(parse_message(UPDATES["request_information"], contents).problems) <= 20


LONE_SURROGATE = "\ud800"


@pytest.mark.parametrize(
    "content",
    [
        {"request_id": "r", "actor": "a", LONE_SURROGATE: 1},
        {"request_id": "r", "actor": "a", "answers": {LONE_SURROGATE: "x"}},
        {"request_id": "r", "actor": "a", "answers": {"it": LONE_SURROGATE}},
    ],
)
def test_every_stored_part_of_a_message_can_be_encoded(content: dict[str, Any]) -> None:
    """A lone surrogate is valid JSON, but no database stores it: the change set would fail."""
    parsed = parse_message(InformationAnswer, parse_json(json.dumps(content).encode()))
    stored = [
        parsed.value.model_dump() if parsed.value else {},
        parsed.problems,
        parsed.unknown_fields,
    ]
    json.dumps(stored, ensure_ascii=False).encode()


def test_a_withdrawal_needs_no_reason() -> None:
    parsed = parse_message(Withdrawal, {"request_id": "r", "actor": "member"})
    assert parsed.value == Withdrawal(request_id="r", actor="member")


def test_problems_describe_the_expected_format_in_words() -> None:
    content = {
        "outcome_id": "a b",
        "partner_id": "velotel",
        "outcome": "perhaps",
        "occurred_at": "2026-10-09T10:00:00",
        "reward": {"amount": "1_0", "currency": "zloty"},
        "note": "x" * 4001,
    }
    problems = parse_message(PartnerOutcome, content).problems
    assert set(problems) == {
        "outcome_id", "outcome", "occurred_at", "reward.amount", "reward.currency", "note"
    }  # fmt: skip
    for problem in problems.values():
        assert problem.startswith("expected ")
        assert "^" not in problem
