"""Patterns of partners: linear time, ASCII classes (R17-R19)."""

import time

import pytest

from domain.claims.form_answers import MAX_ANSWER_LENGTH, MAX_ORDER_NUMBER_LENGTH
from domain.claims.forms import validate_form
from domain.partners.patterns import MAX_PATTERN_LENGTH, compile_pattern, matches
from domain.partners.rules import PartnerRules
from tests.support.builders import (
    a_field,
    a_partner,
)

GREEDY = (
    "([A-Z0-9]+[- ]?)+",
    "(A|A)*B",
    "(A*)*B",
    "A*A*A*A*A*A*A*A*B",
    "(A?){200}A{200}",
    "(?:[A-Z]+|[A-Z0-9]+)+-",
    "([0-9A-Z]|[A-Z]{1,20})+#",
)


@pytest.mark.parametrize("pattern", GREEDY)
def test_a_pattern_is_matched_in_linear_time(pattern: str) -> None:
    started_at = time.process_time()
    assert not matches(pattern, "A" * (MAX_ANSWER_LENGTH - 1) + "!")
    assert time.process_time() - started_at < 0.5


def test_the_length_of_an_order_number_is_limited() -> None:
    field = a_field(is_order_number=True, pattern="[A-Z]+")
    assert not validate_form([field], {field.name: "A" * MAX_ORDER_NUMBER_LENGTH}).problems
    problems = validate_form([field], {field.name: "A" * (MAX_ORDER_NUMBER_LENGTH + 1)}).problems
    assert problems == {field.name: "too_long"}


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("(?i)id-[0-9]", "\u0131d-1"),
        ("(?i)id-[0-9]", "\u0130D-1"),
        ("(?i)ks", "\u212as"),
        ("(?i)ks", "k\u017f"),
        ("(?i)[a-z]+", "\u212a"),
        (r"\d+", "\u0661\u0662"),
        (r"\d+", "\uff11"),
        (r"\w+", "\u0142"),
        ("[A-Z]+", "A\n"),
        (r"a\sb", "a\u00a0b"),
    ],
)
def test_letters_and_digits_of_other_scripts_do_not_match_those_of_ascii(
    pattern: str, answer: str
) -> None:
    assert not matches(pattern, answer)


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("(?i)fw[a-z0-9]{6}", "Fw12Ab9z"),
        (r"\pL\. \pL\.", "Ł. Ż."),
        ("[äöü]+", "öä"),
        (".*", "\u017f"),
    ],
)
def test_a_matching_answer_is_accepted(pattern: str, answer: str) -> None:
    assert matches(pattern, answer)


@pytest.mark.parametrize(
    ("pattern", "error"),
    [
        ("(a)\\1", "invalid escape"),
        ("(?=a)b", "invalid perl operator"),
        ("([", "missing"),
        ("a{1001}", "repetition"),
        ("((a{30}){30}){30}", "repetition"),
        ("[\\pL]{400}", "too large"),
        ("a" * (MAX_PATTERN_LENGTH + 1), "at most"),
    ],
)
def test_a_pattern_that_needs_backtracking_or_much_memory_does_not_load(
    pattern: str, error: str
) -> None:
    with pytest.raises(ValueError, match=r"pattern[\s\S]*" + error):
        a_field(pattern=pattern)


def stored_with(pattern: str) -> PartnerRules:
    """Rules that were stored for running tickets when other patterns were allowed."""
    content = a_partner(fields=(a_field(is_order_number=True),)).model_dump(mode="json")
    content["fields"][0]["pattern"] = pattern
    return PartnerRules.model_validate(content)


@pytest.mark.parametrize("pattern", [r"(?=V)VT.*", r"(.)\1+", "["])
def test_stored_rules_with_an_unsupported_pattern_load_and_accept_no_answer(pattern: str) -> None:
    (field,) = stored_with(pattern).fields
    problems = validate_form([field], {field.name: "VT-2231"}).problems
    assert problems == {field.name: "malformed_pattern"}


def test_a_pattern_is_compiled_once() -> None:
    assert compile_pattern("[A-Z]{3}") is compile_pattern("[A-Z]{3}")


def test_a_field_without_a_pattern_accepts_any_text() -> None:
    field = a_field()
    assert not validate_form([field], {field.name: "\u017f" * 100}).problems
