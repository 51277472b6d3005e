"""Completing a claim: the member's later answers, checked like the form (R17-R19, R22)."""

from datetime import date
from typing import Any

import pytest

from domain.completion import complete, question_words
from domain.partner import ClaimKind
from tests.unit.builders import a_field, a_partner

KNOWN = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
MISSING = ClaimKind.MISSING_CASHBACK
PARTNER = a_partner()
LABELS = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
LABELLED = a_partner(
    fields=[
        a_field(label=LABELS, identifies=True).model_dump(),
        a_field("first_name", label=dict.fromkeys(LABELS, "Name"), required=False).model_dump(),
    ]
)


def completed(note: str | None = None, **given: Any) -> dict[str, Any]:
    """What becomes of the claim's answers."""
    return complete(PARTNER, MISSING, KNOWN, given, note).model_dump(exclude_defaults=True)


def test_later_answers_stand_over_the_first_ones_and_the_rest_stays() -> None:
    """R18: with all that follows from them."""
    done = complete(PARTNER, MISSING, KNOWN, {"contract_started_on": "2026-10-05"}, None)
    assert done.problems == {}
    assert done.answers == KNOWN | {"contract_started_on": "2026-10-05"}
    assert done.dates == {"contract_start": date(2026, 10, 5)}
    assert done.order_key == "VT22319"


def test_a_corrected_order_number_is_another_order() -> None:
    """R25: for duplicates and for the grant."""
    assert completed(order_number="vt 2231-8")["order_key"] == "VT22318"


def test_a_contested_reward_keeps_its_order_whatever_is_answered() -> None:
    """R25: its order is that of the reward."""
    done = complete(PARTNER, ClaimKind.REJECTED_REWARD, KNOWN, {"order_number": "VT-1"}, None)
    assert (done.order_key, done.problems) == (None, {})


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"order_number": "--"}, {"order_number": "malformed_pattern"}),
        ({"order_number": ""}, {"order_number": "required"}),
        ({"order_number": None}, {"order_number": "required"}),
        ({"order_number": ["VT-1"]}, {"order_number": "not_text"}),
        ({"order_number": "\ud800"}, {"order_number": "not_text"}),
        ({"contract_started_on": "soon"}, {"contract_started_on": "malformed_date"}),
        (
            {"order_number": "x" * 4001, "contract_started_on": "2026-02-30"},
            {"order_number": "too_long", "contract_started_on": "malformed_date"},
        ),
    ],
)
def test_what_the_form_would_refuse_is_refused_field_by_field(
    given: dict[str, Any], problems: dict[str, str]
) -> None:
    """R19, R22: all of it at once, also beside a note."""
    assert completed(**given)["problems"] == problems
    assert completed(note="please", **given)["problems"] == problems


@pytest.mark.parametrize("note", [None, "", " \n\t"])
@pytest.mark.parametrize(
    "given", [{}, {"colour": "red"}, {"contract_started_on": " "}, {"contract_started_on": None}]
)
def test_an_answer_that_says_nothing_is_a_problem_of_its_note(
    given: dict[str, Any], note: str | None
) -> None:
    """R22: the partner would learn nothing; a field that the form does not have counts as none."""
    assert completed(note=note, **given)["problems"] == {"note": "required"}


def test_words_alone_are_an_answer() -> None:
    assert completed(note="it was blue")["answers"] == KNOWN


def test_a_field_that_the_form_does_not_have_is_left_out() -> None:
    """R22: the partner gets what its form asks for, and nothing else."""
    assert completed(note="see there", colour="red")["answers"] == KNOWN


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", ("Numer zamówienia", "When?")),
        ("de", ("Bestellnummer", "When?")),
        ("en", ("Order number", "When?")),
        ("fr", ("order_number", "When?")),
    ],
)
def test_a_question_for_a_field_is_asked_by_its_label(
    language: str, words: tuple[str, ...]
) -> None:
    """R17-R19: what is no field of the form is asked as it was written."""
    assert question_words(["order_number", "When?"], LABELLED, language) == words


@pytest.mark.parametrize("question", ["order number", "Order_number?", "ORDER_NUMBER", "", "{0}"])
def test_words_that_are_no_name_of_a_field_stay_as_they_are(question: str) -> None:
    assert question_words([question], LABELLED, "de") == (question,)


def test_without_rules_questions_stay_as_they_are() -> None:
    assert question_words(["order_number"], None, "de") == ("order_number",)
    assert question_words([], LABELLED, "de") == ()
