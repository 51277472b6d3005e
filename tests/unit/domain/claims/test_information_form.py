"""Later answers are merged and assessed like the claim itself."""

from datetime import date
from typing import Any

import pytest

from domain.claims.information_form import CompletedForm, decide_information
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from tests.support.builders import a_partner, a_reward
from tests.support.stored_claims import a_filed, case_of

KNOWN = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
PARTNER = a_partner()
CONTEST = a_filed(PARTNER, kind="rejected_reward", answers=KNOWN)


def answered(
    given: dict[str, Any],
    *rewards: Reward,
    note: str | None = None,
    filed: StoredClaim | None = None,
    **known: Any,
) -> CompletedForm:
    """What becomes of the claim, by the facts of the moment of the answer."""
    claim = filed or a_filed(PARTNER, answers=KNOWN)
    return decide_information(claim, given, note, case_of(claim, *rewards, **known).facts)


def completed(note: str | None = None, **given: Any) -> dict[str, Any]:
    """What becomes of the claim's answers."""
    return answered(given, note=note).model_dump(exclude_defaults=True)


def test_later_answers_stand_over_the_first_ones_and_the_rest_stays() -> None:
    """R18: with all that follows from them."""
    done = answered({"contract_started_on": "2026-10-05"})
    assert (done.code, done.problems) == (None, {})
    assert done.answers == KNOWN | {"contract_started_on": "2026-10-05"}
    assert done.anchor_dates == {"contract_start": date(2026, 10, 5)}
    assert done.order_key == "VT22319"


def test_a_corrected_order_number_is_another_order() -> None:
    """R25: for duplicates and for the grant."""
    assert completed(order_number="vt 2231-8")["order_key"] == "VT22318"


def test_a_contested_reward_keeps_its_order_whatever_is_answered() -> None:
    """R25: the number of another order is refused at its field, as at filing."""
    done = answered({"order_number": "VT-1"}, a_reward(), filed=CONTEST)
    assert (done.code, done.problems) == ("incomplete", {"order_number": "another_order"})
    assert answered({"order_number": "vt 2231 9"}, a_reward(), filed=CONTEST).order_key == "VT22319"


def test_an_answer_gives_a_contested_reward_without_order_number_its_order() -> None:
    """R25: so that its grant counts for that order."""
    done = answered({"order_number": "VT-1"}, a_reward(order_number=None), filed=CONTEST)
    assert (done.code, done.order_key) == (None, "VT1")


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
