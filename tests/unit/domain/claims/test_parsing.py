"""Reading what comes from outside: nothing undecodable raises, or vanishes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.claims.claim import Contact
from domain.claims.claim_parsing import parse_claim
from domain.tickets.messages.commands import UPDATES, InformationAnswer, Withdrawal
from domain.tickets.messages.signals import SIGNALS, PartnerOutcome
from domain.values.json_text import MAX_MESSAGE_BYTES, content_digest, parse_json
from domain.values.parsing import parse_message
from tests.support.builders import claim_content

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
MODELS: list[type[BaseModel]] = [*SIGNALS.values(), *UPDATES.values()]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b"hello",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b"NaN",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b'{"amount": -Infinity}',
        b'{"amount": 1e999}',
        b"9" * 5_000,
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'"' + b"x" * MAX_MESSAGE_BYTES + b'"',
        *[
            '{"a": "ż"}'.encode(f"utf-{bits}{end}")
            for bits in (16, 32)
            for end in ("", "-le", "-be")
        ],
        *["1".encode(f"utf-{bits}{end}") for bits in (16, 32) for end in ("", "-le", "-be")],
        b'\xef\xbb\xbf{"a": 1}',
        b'"\xed\xa0\x80"',
        b'"\xed\xa0\xbd\xed\xb8\x80"',
        b'{"\xed\xbf\xbf": 1}',
        b'"\xc0\x80"',
    ],
    ids=lambda raw: raw[:20].decode(errors="replace"),
)
def test_what_is_no_json_is_nothing(raw: bytes) -> None:
    assert parse_json(raw) is None


def test_a_message_of_the_longest_length_is_read() -> None:
    text = "x" * (MAX_MESSAGE_BYTES - 2)
    assert parse_json(b'"' + text.encode() + b'"') == text


@given(st.binary())
def test_any_bytes_are_parsed_without_raising(raw: bytes) -> None:
    parse_json(raw)


@given(JSON)
def test_json_is_read_as_it_was_written(content: object) -> None:
    assert parse_json(json.dumps(content).encode()) == content


def test_a_sound_claim_is_read_whole() -> None:
    reading = parse_claim(claim_content())
    assert reading.value is not None
    assert (reading.problems, reading.unknown_fields) == ({}, ())
    assert reading.value.answers == {"order_number": "VT-2231-9"}


def test_unknown_fields_are_ignored_and_named() -> None:
    reading = parse_claim(claim_content(coupon="X", utm={"a": 1}))
    assert reading.unknown_fields == ("coupon", "utm")
    assert reading.problems == {}
    outcome = parse_message(PartnerOutcome, OUTCOME | {"colour": "red"})
    assert (outcome.unknown_fields, outcome.problems) == (("colour",), {})


def test_malformed_fields_are_named_all_together_and_the_rest_is_kept() -> None:
    """R22, R23."""
    wrong = {
        "account_id": "with space",
        "contact": {"email": "nobody", "name": "Jan Kowalski", "language": "pl-PL"},
        "kind": "missing_points",
        "ordered_on": "01.10.2026",
        "answers": ["VT"],
    }
    reading = parse_claim(claim_content(**wrong))
    assert set(reading.problems) == {
        "account_id",
        "contact.email",
        "kind",
        "ordered_on",
        "answers",
    }
    assert reading.value is not None
    assert (reading.value.partner_id, reading.value.link_id) == ("velotel", "lnk-77")
    assert reading.value.contact == Contact(name="Jan Kowalski", language="pl")


@pytest.mark.parametrize("content", [None, 7, "claim", ["claim"], True])
def test_a_claim_that_is_no_object_is_named_as_such(content: object) -> None:
    reading = parse_claim(content)
    assert set(reading.problems) == {"claim"}
    assert reading.value is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ordered_on", "2026-13-01"),
        ("ordered_on", "0001-01-01"),
        ("ordered_on", "9999-12-31"),
        ("ordered_on", 1790812800),
        ("ordered_on", "1790812800"),
        ("ordered_on", "2026-10-01T00:00:00Z"),
        ("ordered_at", "2026-10-01T10:00:00"),
        ("ordered_at", "0001-01-01T00:00:00+14:00"),
        ("ordered_at", "9999-12-31T23:59:59-14:00"),
        ("ordered_at", 1790812800),
        ("ordered_at", "1790812800"),
        ("account_id", ""),
        ("account_id", 1001),
        ("account_id", "x" * 201),
        ("link_id", "a\nb"),
        ("link_id", "a\n"),
        ("answers", {str(n): "x" for n in range(51)}),
    ],
)
def test_a_malformed_field_is_named(field: str, value: object) -> None:
    """Dates are `YYYY-MM-DD`, instants RFC 3339 with offset, ids printable ASCII
    (docs/contract.md).
    """
    assert set(parse_claim(claim_content(**{field: value})).problems) == {field}


@given(JSON | st.dictionaries(st.sampled_from([*claim_content(), "ordered_at"]), JSON))
def test_any_json_is_read_as_a_claim_without_raising(content: object) -> None:
    reading = parse_claim(content)
    assert reading.value is not None


@given(st.sampled_from(MODELS), JSON | st.dictionaries(st.sampled_from([*OUTCOME, "actor"]), JSON))
def test_any_json_is_read_as_any_message_without_raising(
    model: type[BaseModel], content: object
) -> None:
    reading = parse_message(model, content)
    assert (reading.value is None) == bool(reading.problems)


def test_one_malformed_field_spoils_a_message() -> None:
    reading = parse_message(PartnerOutcome, OUTCOME | {"reward": {"amount": "12.345"}})
    assert reading.value is None
    assert set(reading.problems) == {"reward.amount", "reward.currency"}


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
def test_a_decision_without_its_why_is_malformed(changes: dict[str, Any]) -> None:
    content = {"request_id": "req-1", "actor": "agent-7"} | changes
    assert parse_message(UPDATES["decide"], content).problems


def test_the_problems_named_are_bounded() -> None:
    """A hostile message cannot fill a history with its own mistakes."""
    crowd = {f"field-{n}": n for n in range(1000)}
    assert len(parse_claim(crowd).unknown_fields) == 20
    contents = {"request_id": "r", "actor": "a", "questions": [7] * 1000}
    assert len(parse_message(UPDATES["request_information"], contents).problems) <= 20


HALF = "\ud800"


@pytest.mark.parametrize(
    "content",
    [
        {"request_id": "r", "actor": "a", HALF: 1},
        {"request_id": "r", "actor": "a", "answers": {HALF: "x"}},
        {"request_id": "r", "actor": "a", "answers": {"it": HALF}},
    ],
)
def test_what_is_kept_of_a_message_can_be_written_anywhere(content: dict[str, Any]) -> None:
    """Half a surrogate pair is valid JSON, but no database takes it: the note would never end."""
    reading = parse_message(InformationAnswer, parse_json(json.dumps(content).encode()))
    kept = [
        reading.value.model_dump() if reading.value else {},
        reading.problems,
        reading.unknown_fields,
    ]
    json.dumps(kept, ensure_ascii=False).encode()


def test_unknown_names_of_a_claim_can_be_written_anywhere() -> None:
    """An accepted claim's note names them."""
    reading = parse_claim(claim_content(**{HALF: 1}))
    assert len(reading.unknown_fields) == 1
    reading.unknown_fields[0].encode()


@pytest.mark.parametrize("spoilt", [{"name": HALF}, {"language": "Polish"}, {"name": ["Jan"]}])
def test_a_bad_name_or_language_spoils_no_claim(spoilt: dict[str, object]) -> None:
    reading = parse_claim(claim_content(contact={"email": "jan@example.com", **spoilt}))
    assert reading.problems == {}
    assert reading.value is not None
    assert reading.value.contact == Contact(email="jan@example.com")


def test_a_withdrawal_needs_no_reason() -> None:
    reading = parse_message(Withdrawal, {"request_id": "r", "actor": "member"})
    assert reading.value == Withdrawal(request_id="r", actor="member")


def reordered(content: Any) -> Any:
    """The same JSON with every object's keys in reverse."""
    if isinstance(content, dict):
        return {key: reordered(content[key]) for key in reversed(content)}
    return [reordered(item) for item in content] if isinstance(content, list) else content


@given(JSON)
def test_the_digest_does_not_depend_on_the_order_of_keys(content: object) -> None:
    assert content_digest(content) == content_digest(reordered(content))


def test_the_digest_tells_claims_apart() -> None:
    claims = [claim_content(), claim_content(link_id="lnk-78"), claim_content(answers={}), None, {}]
    assert len({content_digest(claim) for claim in claims}) == len(claims)


def test_whatever_was_parsed_has_a_digest() -> None:
    """Also from a deeper place of the program than where it was parsed."""
    depth = max(d for d in range(100, 1100, 10) if parse_json(b"[" * d + b"]" * d) is not None)
    content = parse_json(b"[" * depth + b"]" * depth)

    def deeper(steps: int) -> str:
        return deeper(steps - 1) if steps else content_digest(content)

    assert len(deeper(100)) == 64


def test_what_was_expected_is_said_in_our_own_words() -> None:
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
    for words in problems.values():
        assert words.startswith("expected ")
        assert "^" not in words
