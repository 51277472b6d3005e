"""Answers of each type: normalized, or refused with a code (R17-R19)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.form_answers import MAX_ANSWER_LENGTH
from domain.claims.forms import validate_form
from domain.partners.market import Market
from domain.values.text_cleaning import clean_text
from tests.support.builders import a_field

MARKET = Market(time_zone="Europe/Berlin", currency="EUR", language="de")
CHOICE = {"blue": {"en": "Blue"}, "red": {"en": "Red"}}


@pytest.mark.parametrize(
    ("settings", "answer", "stored"),
    [
        ({}, "anything at all", "anything at all"),
        ({"pattern": "[A-Z]{2}-[0-9]+"}, "VT-2231", "VT-2231"),
        ({"pattern": "[A-Z]{2}-[0-9]+"}, "  VT\u20112231\u200b ", "VT-2231"),
        ({"is_order_number": True}, "  R 100\n\u200b ", "R 100"),
        ({"pattern": "[0-9]+"}, 2231, "2231"),
        ({"type": "date"}, "2026-02-28", "2026-02-28"),
        ({"type": "date"}, "29.2.2028", "2028-02-29"),
        ({"type": "date"}, "29/02/2028", "2028-02-29"),
        ({"type": "number"}, "12.50", "12.50"),
        ({"type": "number"}, "1.234,56", "1234.56"),
        ({"type": "number"}, "24,90 \u20ac", "24.90"),
        ({"type": "number"}, 3, "3"),
        ({"type": "number", "pattern": "[0-9]{11}"}, "100 1234 5678", "10012345678"),
        ({"type": "email"}, "jan@example.com", "jan@example.com"),
        ({"type": "choice", "options": CHOICE}, " red", "red"),
    ],
)
def test_a_valid_answer_of_each_type_is_stored_normalized(
    settings: dict[str, Any], answer: str | int, stored: str
) -> None:
    """R17, R18; a stored answer is unchanged when it is checked again (R19)."""
    filled = validate_form([a_field("it", **settings)], {"it": answer}, MARKET)
    assert (filled.answers, filled.problems) == ({"it": stored}, {})
    assert validate_form([a_field("it", **settings)], filled.answers, MARKET) == filled


@pytest.mark.parametrize(
    ("settings", "answer", "problem"),
    [
        ({}, None, "required"),
        ({}, "", "required"),
        ({}, " \t\n", "required"),
        ({}, True, "not_text"),
        ({}, 1.5, "not_text"),
        ({}, ["VT"], "not_text"),
        ({}, {"a": 1}, "not_text"),
        ({}, "half \ud800 a pair", "not_text"),
        ({}, "x" * (MAX_ANSWER_LENGTH + 1), "too_long"),
        ({"pattern": "[0-9]+"}, "12a", "malformed_pattern"),
        ({"pattern": "[0-9]+"}, "x12", "malformed_pattern"),
        ({"is_order_number": True}, "---", "malformed_pattern"),
        ({"is_order_number": True}, "\u039d-1", "order_letters"),
        ({}, "\u200b\u00ad \ufeff", "required"),
        ({"type": "date"}, "2026-02-29", "malformed_date"),
        ({"type": "date"}, "30.02.2026", "malformed_date"),
        ({"type": "date"}, "20260228", "malformed_date"),
        ({"type": "date"}, "2026-02-28T10:00:00Z", "malformed_date"),
        ({"type": "date"}, "1999-12-31", "malformed_date"),
        ({"type": "date"}, "2200-01-01", "malformed_date"),
        ({"type": "date"}, "\u0662\u0660\u0662\u0666-02-28", "malformed_date"),
        ({"type": "number"}, "twelve", "malformed_number"),
        ({"type": "number"}, "NaN", "malformed_number"),
        ({"type": "number"}, "-5", "malformed_number"),
        ({"type": "number"}, -3, "malformed_number"),
        ({"type": "number"}, "1_000", "malformed_number"),
        ({"type": "number"}, "1.000", "ambiguous_number"),
        ({"type": "number"}, "24,90 / 30", "several_numbers"),
        ({"type": "number"}, "24,90 z\u0142", "malformed_number"),
        ({"type": "number"}, "-Infinity", "malformed_number"),
        ({"type": "number", "pattern": "[0-9]{4}"}, "123", "malformed_pattern"),
        ({"type": "email"}, "jan@", "malformed_email"),
        ({"type": "email"}, "a@b.pl, c@d.pl", "malformed_email"),
        ({"type": "email"}, "jan@example.com\r\nBcc: all@example.com", "malformed_email"),
        ({"type": "choice", "options": CHOICE}, "green", "not_an_option"),
    ],
)
def test_an_invalid_answer_is_named_with_its_problem_and_not_stored(
    settings: dict[str, Any], answer: object, problem: str
) -> None:
    """R22, R23."""
    filled = validate_form([a_field("it", **settings)], {"it": answer}, MARKET)
    assert filled.problems == {"it": problem}
    assert filled.answers == {}


@pytest.mark.parametrize(
    "answer",
    [
        "ż<b>&{{ 7*7 }}%s" * 125,
        "x" * MAX_ANSWER_LENGTH,
        "'; DROP TABLE tickets; --",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "line one\nline two",
        "\U0001f6b2 \u00e9",
    ],
)
def test_an_answer_is_stored_character_by_character(answer: str) -> None:
    """R19, R20: also a long one or markup; only the partner can verify it."""
    assert validate_form([a_field("it")], {"it": answer}).answers == {"it": answer}


@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\x00"),
        min_size=1,
        max_size=MAX_ANSWER_LENGTH,
    )
)
def test_any_text_is_stored_cleaned(text: str) -> None:
    filled = validate_form([a_field("it")], {"it": text})
    cleaned = clean_text(text)
    if len(cleaned) <= MAX_ANSWER_LENGTH:
        assert filled.answers == ({"it": cleaned} if cleaned else {})
