"""Parsing of claims: malformed fields are named, the rest is kept."""

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


HALF = "\ud800"


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
