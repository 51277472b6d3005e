"""Forms: all errors at once, and the order that the answers name (R22, R23)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.forms import validate_form
from domain.partners.form_fields import FormField
from domain.partners.market import Market
from tests.support.builders import a_field

MARKET = Market(time_zone="Europe/Berlin", currency="EUR", language="de")
CHOICE = {"blue": {"en": "Blue"}, "red": {"en": "Red"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
EVERY_TYPE = [
    a_field("text", pattern="[A-Z]{2}-[0-9]+"),
    a_field("day", type="date", anchor="activation"),
    a_field("amount", type="number"),
    a_field("email", type="email"),
    a_field("colour", type="choice", options=CHOICE),
]


def test_all_problems_are_named_at_once() -> None:
    """R22, R23: five mistakes need one attempt, not five."""
    invalid = {"text": "1", "day": "tomorrow", "amount": "x", "email": "x", "colour": "x"}
    assert set(validate_form(EVERY_TYPE, invalid).problems) == {field.name for field in EVERY_TYPE}
    assert validate_form(EVERY_TYPE, {}).problems == {
        field.name: "required" for field in EVERY_TYPE
    }


@pytest.mark.parametrize("answer", [None, "", "   ", "\t"])
def test_an_optional_field_left_blank_is_no_problem(answer: str | None) -> None:
    """R17: only required fields must be filled, and a blank is no answer."""
    filled = validate_form([a_field("it", required=False)], {"it": answer})
    assert filled.problems == {}
    assert filled.answers == {}


def test_an_optional_field_that_is_answered_is_checked() -> None:
    """R22."""
    field = a_field("it", required=False, type="date")
    assert validate_form([field], {"it": "soon"}).problems == {"it": "malformed_date"}


def test_answers_to_unknown_fields_are_dropped() -> None:
    """R19: the partner receives only the fields of its form."""
    filled = validate_form([a_field("it")], {"it": "yes", "password": "hunter2", "": "x"})
    assert filled.answers == {"it": "yes"}
    assert filled.problems == {}


@given(st.dictionaries(st.sampled_from([f.name for f in EVERY_TYPE]) | st.text(), JSON))
def test_any_answers_are_validated_without_raising(answers: dict[str, Any]) -> None:
    filled = validate_form(EVERY_TYPE, answers)
    names = {field.name for field in EVERY_TYPE}
    assert set(filled.answers) | set(filled.problems) == names
    assert not set(filled.answers) & set(filled.problems)


def test_the_anchor_dates_of_the_cancellation_period_are_parsed() -> None:
    """R32, R33."""
    fields = [
        a_field("start", type="date", anchor="contract_start"),
        a_field("active", type="date", anchor="activation", required=False),
    ]
    filled = validate_form(fields, {"start": " 2026-10-05 "})
    assert filled.anchor_dates == {"contract_start": date(2026, 10, 5)}


def test_the_order_is_the_answer_of_the_identifying_field() -> None:
    """R25."""
    fields = [a_field("note"), a_field("order_number", is_order_number=True)]
    assert validate_form(fields, {"note": "A", "order_number": "b-1"}).order_key == "B1"
    assert validate_form(fields, {"note": "A"}).order_key is None
    assert validate_form([a_field("note")], {"note": "A"}).order_key is None


NUMBERS = st.text(st.sampled_from("0123456789.,  \u20ac\u00a0'-/"), min_size=1, max_size=14)
DAYS = st.text(st.sampled_from("0123456789./- "), min_size=8, max_size=11)


@given(st.sampled_from([*EVERY_TYPE, a_field("meter", type="number", pattern="[0-9]+")]), st.data())
def test_stored_answers_are_unchanged_when_they_are_validated_again(
    field: FormField, data: Any
) -> None:
    """R19: a later answer is validated together with the earlier ones."""
    text = data.draw({"number": NUMBERS, "date": DAYS}.get(field.type, st.text()))
    filled = validate_form([field], {field.name: text}, MARKET)
    if filled.answers:
        assert validate_form([field], filled.answers, MARKET) == filled


def test_an_answer_that_is_stored_is_not_checked_again() -> None:
    """A later version may check more strictly; a new answer to the same field is checked."""
    fields = [a_field("code", pattern="[0-9]{3}"), a_field("order_number", is_order_number=True)]
    stored = {"code": "ABC", "order_number": "VT-1"}
    kept = validate_form(fields, stored, stored=stored)
    assert (kept.answers, kept.problems, kept.order_key) == (stored, {}, "VT1")
    changed = validate_form(fields, stored | {"code": "ABD"}, stored=stored)
    assert changed.problems == {"code": "malformed_pattern"}
