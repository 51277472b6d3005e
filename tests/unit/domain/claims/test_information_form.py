"""Later answers are merged and assessed like the claim itself."""

from datetime import date
from typing import Any

import pytest

from domain.claims.information_form import CompletedForm, decide_information
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from tests.support.builders import a_partner, a_reward
from tests.support.stored_claims import a_stored_claim, context_of

FIRST_ANSWERS = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
PARTNER = a_partner()
CONTEST = a_stored_claim(PARTNER, kind="rejected_reward", answers=FIRST_ANSWERS)


def answered(
    answers: dict[str, Any],
    *rewards: Reward,
    note: str | None = None,
    filed: StoredClaim | None = None,
    **facts: Any,
) -> CompletedForm:
    """The claim's form after these answers, by the facts of that time."""
    claim = filed or a_stored_claim(PARTNER, answers=FIRST_ANSWERS)
    return decide_information(claim, answers, note, context_of(claim, *rewards, **facts).facts)


def completed(note: str | None = None, **given: Any) -> dict[str, Any]:
    """The same as a dictionary, without defaults."""
    return answered(given, note=note).model_dump(exclude_defaults=True)


def test_later_answers_replace_the_first_ones_and_the_rest_stays() -> None:
    """R18: with the dates and the order key that follow from them."""
    form = answered({"contract_started_on": "2026-10-05"})
    assert (form.code, form.problems) == (None, {})
    assert form.answers == FIRST_ANSWERS | {"contract_started_on": "2026-10-05"}
    assert form.anchor_dates == {"contract_start": date(2026, 10, 5)}
    assert form.order_key == "VT22319"


def test_a_corrected_order_number_is_another_order() -> None:
    """R25: for duplicates and for the grant."""
    assert completed(order_number="vt 2231-8")["order_key"] == "VT22318"


def test_the_order_of_a_contested_reward_cannot_be_changed_by_an_answer() -> None:
    """R25: the number of another order is refused at its field, as at filing."""
    form = answered({"order_number": "VT-1"}, a_reward(), filed=CONTEST)
    assert (form.code, form.problems) == ("incomplete", {"order_number": "another_order"})
    assert answered({"order_number": "vt 2231 9"}, a_reward(), filed=CONTEST).order_key == "VT22319"


def test_an_answer_gives_a_contested_reward_without_order_number_its_order() -> None:
    """R25: so that its grant counts for that order."""
    form = answered({"order_number": "VT-1"}, a_reward(order_number=None), filed=CONTEST)
    assert (form.code, form.order_key) == (None, "VT1")


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
def test_an_answer_that_the_form_refuses_is_refused_field_by_field(
    given: dict[str, Any], problems: dict[str, str]
) -> None:
    """R19, R22: all fields at once, also together with a note."""
    assert completed(**given)["problems"] == problems
    assert completed(note="please", **given)["problems"] == problems


@pytest.mark.parametrize("note", [None, "", " \n\t"])
@pytest.mark.parametrize(
    "given", [{}, {"colour": "red"}, {"contract_started_on": " "}, {"contract_started_on": None}]
)
def test_an_empty_answer_requires_a_note(given: dict[str, Any], note: str | None) -> None:
    """R22: it has no news for the partner; a field that the form does not have does not count."""
    assert completed(note=note, **given)["problems"] == {"note": "required"}


def test_a_note_alone_is_an_answer() -> None:
    assert completed(note="it was blue")["answers"] == FIRST_ANSWERS


def test_a_field_that_the_form_does_not_have_is_left_out() -> None:
    """R22: the partner receives only the fields of its form."""
    assert completed(note="see there", colour="red")["answers"] == FIRST_ANSWERS
