"""Items of partners' messages: each is parsed by itself, for the partner that signed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.rewards import Link
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.parsing import parse_message
from gateway.api.partners.outcome_batch import parse_item, split_batch
from tests.support.builders import a_link, a_partner

NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
ITEM = {"outcome_id": "evt-1", "number": NUMBER, "outcome": "confirmed"}
MARKET = a_partner().market
QUESTION = ITEM | {"outcome": "information_requested"}


def problems(item: object) -> list[str]:
    return sorted(parse_item(item, "velotel").problems)


def test_one_outcome_is_a_list_of_one() -> None:
    assert split_batch(ITEM) == [ITEM]
    assert split_batch([ITEM, 7]) == [ITEM, 7]
    assert [split_batch(other) for other in (None, 7, "x", True)] == [None] * 4


@pytest.mark.parametrize("named", [{}, {"partner_id": None}, {"partner_id": "velotel"}])
def test_the_partner_is_the_one_that_signed(named: dict[str, Any]) -> None:
    found = parse_item(ITEM | named, "velotel").value
    assert found
    assert found.partner_id == "velotel"


@pytest.mark.parametrize("other", ["buchkiste", "", 7, ["velotel"], {"a": 1}])
def test_an_item_that_names_another_partner_is_malformed(other: object) -> None:
    assert problems(ITEM | {"partner_id": other}) == ["partner_id"]


@pytest.mark.parametrize("written", [NUMBER.lower(), "4kq7p9xtm2abc", " ZW 4KQ7 P9XT M2AB C "])
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    found = parse_item(ITEM | {"number": written}, "velotel").value
    assert found
    assert found.number == NUMBER


def test_an_invalid_number_stays_unknown_and_a_missing_one_is_an_error() -> None:
    wrong = NUMBER[:-1] + "D"
    found = parse_item(ITEM | {"number": wrong}, "velotel").value
    assert found
    assert found.number == wrong
    for missing in ({"number": None}, {"number": 7}, {"number": "x" * 65}):
        assert problems(ITEM | missing) == ["number"]


@pytest.mark.parametrize(
    ("fields", "is_valid"),
    [
        ({}, False),
        ({"questions": []}, False),
        ({"questions": ["  "]}, False),
        ({"questions": ["Kiedy?", ""]}, False),
        ({"note": " "}, False),
        ({"note": "Kiedy?"}, True),
        ({"questions": ["Kiedy?"]}, True),
    ],
)
def test_a_question_needs_a_text(fields: dict[str, Any], is_valid: bool) -> None:
    assert (problems(QUESTION | fields) == []) is is_valid


def test_all_errors_are_reported_at_once() -> None:
    wrong = {"outcome": "perhaps", "reward": {"amount": "x"}, "partner_id": "other", "colour": 1}
    parsed = parse_item(wrong, "velotel")
    named = ["number", "outcome", "outcome_id", "partner_id", "reward.amount", "reward.currency"]
    assert sorted(parsed.problems) == named
    assert parsed.unknown_fields == ("colour",)
    assert problems("no object") == [""]


def test_a_time_without_an_offset_is_in_the_markets_zone() -> None:
    for written in ("2026-10-09T10:00:00", "2026-10-09 10:00"):
        found = parse_item(ITEM | {"occurred_at": written}, "velotel", MARKET).value
        assert found
        assert found.occurred_at == datetime(2026, 10, 9, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2026-10-25T02:30:00", "2026-10-09T14.3", "2026-10-09", "14:30"]
)
def test_an_ambiguous_local_time_is_refused(written: str) -> None:
    """Half past two occurs twice on the day on which clocks are set back."""
    found = parse_item(ITEM | {"occurred_at": written}, "velotel", MARKET)
    assert "2026-10-01T10:00:00+02:00" in found.problems["occurred_at"]


def test_a_field_with_an_empty_text_is_absent() -> None:
    item: dict[str, Any] = {**ITEM, "reward": {"amount": "", "currency": ""}}
    item |= dict.fromkeys(("note", "reason_code", "activated_on", "occurred_at"), "")
    assert parse_item(item, "velotel").value == parse_item(ITEM, "velotel").value


@pytest.mark.parametrize("amount", ["1_0", "1e1", "+7", "-1", "5 EUR", "abc"])
def test_a_malformed_amount_is_refused_with_an_example(amount: object) -> None:
    reward = {"amount": amount, "currency": "pln"}
    problems = parse_item(ITEM | {"reward": reward}, "velotel").problems
    assert problems == {"reward.amount": "expected an amount in PLN such as 12.50"}


@pytest.mark.parametrize("number", ["ZW-1\x00", "\x00", "\x00" * 64])
def test_an_invalid_number_can_be_searched_in_the_database(number: str) -> None:
    """PostgreSQL's text has no NUL: the item would fail the whole message."""
    found = parse_item(ITEM | {"number": number}, "velotel").value
    assert found
    assert found.number
    assert "\x00" not in found.number


@pytest.mark.parametrize(
    "moment",
    ["2000-01-01T00:00:00+14:00", "2000-01-01T00:00:00+02:00", "2199-12-31T23:59:59-12:00"],
)
def test_a_time_whose_date_in_utc_is_out_of_bounds_is_malformed(moment: str) -> None:
    """Stored in UTC it could not be read again, and would block all other outcomes."""
    assert problems(ITEM | {"occurred_at": moment}) == ["occurred_at"]
    assert (
        parse_message(Link, a_link().model_dump(mode="json") | {"clicked_at": moment}).value is None
    )


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "note": st.text(),
            "number": st.text(max_size=64),
            "questions": st.lists(st.text(min_size=1), max_size=3),
            "occurred_at": st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
            "reward": st.builds(
                lambda amount: {"amount": amount, "currency": "pln"},
                st.one_of(st.integers(0, 10**10 - 1), st.decimals(0, 10**9, places=2).map(str)),
            ),
        },
    )
)
def test_a_stored_outcome_is_parsed_to_the_same_value(changes: dict[str, Any]) -> None:
    found = parse_item(ITEM | changes, "velotel").value
    if found:
        assert PartnerOutcome.model_validate(found.model_dump(mode="json")) == found
