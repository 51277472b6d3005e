"""Parsing of claims: malformed fields are named, the rest is parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.claim import Contact
from domain.claims.claim_parsing import parse_claim
from domain.tickets.messages.signals import PartnerOutcome
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


def test_a_valid_claim_is_parsed_completely() -> None:
    parsed = parse_claim(claim_content())
    assert parsed.value is not None
    assert (parsed.problems, parsed.unknown_fields) == ({}, ())
    assert parsed.value.answers == {"order_number": "VT-2231-9"}


def test_unknown_fields_are_ignored_and_named() -> None:
    parsed = parse_claim(claim_content(coupon="X", utm={"a": 1}))
    assert parsed.unknown_fields == ("coupon", "utm")
    assert parsed.problems == {}
    outcome = parse_message(PartnerOutcome, OUTCOME | {"colour": "red"})
    assert (outcome.unknown_fields, outcome.problems) == (("colour",), {})


def test_all_malformed_fields_are_named_at_once_and_the_rest_is_parsed() -> None:
    """R22, R23."""
    malformed = {
        "account_id": "with space",
        "contact": {"email": "nobody", "name": "Jan Kowalski", "language": "pl-PL"},
        "kind": "missing_points",
        "ordered_on": "1/10/2026",
        "answers": ["VT"],
    }
    parsed = parse_claim(claim_content(**malformed))
    assert set(parsed.problems) == {
        "account_id",
        "contact.email",
        "kind",
        "ordered_on",
        "answers",
    }
    assert parsed.value is not None
    assert (parsed.value.partner_id, parsed.value.link_id) == ("velotel", "lnk-77")
    assert parsed.value.contact == Contact(name="Jan Kowalski", language="pl")


@pytest.mark.parametrize("content", [None, 7, "claim", ["claim"], True])
def test_a_claim_that_is_no_object_is_named_as_such(content: object) -> None:
    parsed = parse_claim(content)
    assert set(parsed.problems) == {"claim"}
    assert parsed.value is not None


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
def test_any_json_is_parsed_as_a_claim_without_raising(content: object) -> None:
    parsed = parse_claim(content)
    assert parsed.value is not None


LONE_SURROGATE = "\ud800"


def test_unknown_field_names_can_always_be_encoded() -> None:
    """The message log entry of an accepted claim names them."""
    parsed = parse_claim(claim_content(**{LONE_SURROGATE: 1}))
    assert len(parsed.unknown_fields) == 1
    parsed.unknown_fields[0].encode()


@pytest.mark.parametrize(
    "invalid", [{"name": LONE_SURROGATE}, {"language": "Polish"}, {"name": ["Jan"]}]
)
def test_an_invalid_name_or_language_does_not_make_a_claim_invalid(
    invalid: dict[str, object],
) -> None:
    parsed = parse_claim(claim_content(contact={"email": "jan@example.com", **invalid}))
    assert parsed.problems == {}
    assert parsed.value is not None
    assert parsed.value.contact == Contact(email="jan@example.com")


def test_an_empty_text_is_absent() -> None:
    """Programs fill in the fields of a form that has no answer for them."""
    empty = {"link_id": "", "reward_id": "", "ordered_at": ""}
    contact = {"email": "jan@example.com", "name": "", "language": ""}
    parsed = parse_claim(claim_content(contact=contact) | empty)
    assert parsed.problems == {}
    assert parsed.value
    assert (parsed.value.link_id, parsed.value.reward_id, parsed.value.ordered_at) == (None,) * 3
    missing = parse_claim(claim_content(contact={"email": ""})).value
    assert missing
    assert missing.contact
    assert missing.contact.email is None
