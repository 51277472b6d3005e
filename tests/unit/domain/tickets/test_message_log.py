"""The message log: messages, senders and results, within limits."""

import json
from typing import Any

import pytest

from domain.tickets.changes.message_log import MAX_BODY_CHARS, log_entry
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.internal import DeadlinePassed, InvalidMessage
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from tests.support.builders import (
    NOW,
    a_decision,
    a_withdrawal,
    an_answer,
    an_inquiry,
    an_outcome,
)


def body_of(message: Message, unknown: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body of a message's log entry."""
    return log_entry(message, "applied", NOW, unknown).body


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (an_outcome(), ("partner_outcome", "evt-1", "partner:velotel")),
        (RewardRegistered(reward_id="rew-9"), ("reward_registered", "rew-9", "platform")),
        (a_withdrawal(), ("withdraw", "req-1", "member")),
        (a_decision(), ("decide", "req-1", "agent-7")),
        (an_inquiry(), ("request_information", "req-1", "agent-7")),
        (an_answer(), ("provide_information", "req-1", "member")),
        (InvalidMessage(message="decide", problems={"outcome": "x"}), ("decide", "", "unknown")),
        (DeadlinePassed(), ("DeadlinePassed", "", "system")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_log_entry_names_the_message_and_its_sender(
    message: Message, expected: tuple[str, str, str]
) -> None:
    """R29: under the public name of its signal or update."""
    entry = log_entry(message, "action_not_allowed", NOW)
    assert (entry.message, entry.message_id, entry.actor) == expected
    assert (entry.code, entry.at, entry.seq) == ("action_not_allowed", NOW, None)


def test_a_log_entry_leaves_out_absent_fields_and_can_be_parsed_again() -> None:
    outcome = an_outcome(reward={"amount": "7", "currency": "PLN"}, activated_on="2026-10-02")
    body = body_of(outcome)
    assert "contract_started_on" not in body
    assert PartnerOutcome.model_validate(json.loads(json.dumps(body))) == outcome


def test_names_of_unknown_fields_are_logged() -> None:
    assert body_of(an_outcome(), ("colour", "utm"))["unknown_fields"] == ["colour", "utm"]
    assert "unknown_fields" not in body_of(an_outcome())


@pytest.mark.parametrize("character", ["x", "ż", "\U0001f600", '"', "\\"])
def test_a_longer_body_is_truncated(character: str) -> None:
    """Temporal delivers answers of eighty thousand characters."""
    body = body_of(an_answer(answers={"objection": character * 80_000}))
    assert set(body) == {"truncated"}
    assert len(body["truncated"]) == MAX_BODY_CHARS
    assert body["truncated"].startswith('{"request_id": "req-1", ')


def test_a_body_of_the_maximum_length_is_not_truncated() -> None:
    def body_with(length: int) -> dict[str, Any]:
        return body_of(an_answer(answers={"objection": "x" * length}))

    rest = MAX_BODY_CHARS - len(json.dumps(body_with(1))) + 1
    assert len(json.dumps(body_with(rest))) == MAX_BODY_CHARS
    assert set(body_with(rest + 1)) == {"truncated"}


def test_nested_and_long_answers_are_truncated_too() -> None:
    body = body_of(an_answer(answers={"order_number": {"a": ["x" * 20_000]}}))
    assert set(body) == {"truncated"}
    assert body_of(an_answer(answers={"order_number": "VT-1"}))["answers"] == {
        "order_number": "VT-1"
    }


@pytest.mark.parametrize("message", [an_outcome(note="a\x00b"), an_answer(note="a\x00b")])
def test_a_log_entry_is_json_that_the_database_accepts(message: Message) -> None:
    """R29: without NUL, and unchanged by serialization."""
    entry = log_entry(message, "applied", NOW)
    assert "\x00" not in str(entry.body["note"])
    assert MessageLogEntry.model_validate_json(entry.model_dump_json()) == entry
