"""Completing a claim: the member's later answers, judged like the claim itself (R17-R19, R22)."""

from datetime import date
from typing import Any

import pytest

from domain.claims.information_form import CompletedForm, decide_information, question_labels
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from tests.support.builders import a_field, a_link, a_partner, a_reward
from tests.support.stored_claims import OTHER_TICKET, a_filed, a_grant, case_of

KNOWN = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
PARTNER = a_partner()
CONTEST = a_filed(PARTNER, kind="rejected_reward", answers=KNOWN)
LABELS = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
LABELLED = a_partner(
    fields=[
        a_field(label=LABELS, is_order_number=True).model_dump(),
        a_field("first_name", label=dict.fromkeys(LABELS, "Name"), required=False).model_dump(),
    ]
)


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
    ("state", "code"),
    [
        ("granted", "reward_granted"),
        ("invalid", "reward_invalid"),
        ("registered", "reward_registered"),
        ("rejected", None),
    ],
)
def test_a_corrected_number_is_judged_by_the_rewards_of_its_order(
    state: str, code: str | None
) -> None:
    """R4, R5, R24: for a missing reward, and for a contested one that names no order."""
    there = a_reward(reward_id="rew-6", order_number="VT-1", state=state)
    news = {"order_number": "VT-1"}
    assert answered(news, there).code == code
    assert answered(news, there, a_reward(order_number=None), filed=CONTEST).code == code
    assert answered({}, there, note="please").code is None


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("granted", "reward_granted"),
        ("invalid", "reward_invalid"),
        ("registered", "reward_not_rejected"),
    ],
)
def test_no_answer_is_taken_for_a_reward_that_is_not_rejected_any_more(
    state: str, code: str
) -> None:
    """R4, R5, R11: whatever it says, and also where it says nothing new."""
    changed = a_reward(state=state)
    assert answered({}, changed, note="please", filed=CONTEST).code == code
    assert answered({}, note="please", filed=CONTEST).code == "reward_not_rejected"  # another's now


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ({"account_id": "acc-2"}, "no_link"),
        ({"partner_id": "fernweh"}, "no_link"),
        ({"kind": "referral"}, "no_link"),
        ({"link_id": "lnk-78"}, "link_does_not_fit"),
        ({"clicked_at": "2026-10-02T00:00:00+02:00"}, "link_does_not_fit"),
        ({}, None),
    ],
)
def test_an_answer_finds_its_link_as_it_is_now(link: dict[str, str], code: str | None) -> None:
    """R10, R15: moved to another account or partner, of another kind, gone, or younger."""
    assert answered({}, note="please", links=(a_link(**link),)).code == code


def test_an_answer_meets_our_own_grant_for_the_order_and_the_standing_ticket() -> None:
    """R4, R25: a grant counts before the platform's feed brings it back."""
    news = {"order_number": "VT-1"}
    assert answered(news, grants=(a_grant(order_key="VT1"),)).code == "reward_granted"
    assert answered(news, existing_ticket=OTHER_TICKET).code == "duplicate"


def test_when_a_claim_may_be_filed_was_judged_at_its_filing() -> None:
    """R9, R35: an answer that comes long after the window, or before the waiting time, is taken."""
    old = a_filed(PARTNER, answers=KNOWN, ordered_on="2020-01-01")
    young = a_link(clicked_at="2019-12-31T12:00:00+01:00")
    assert answered({}, note="please", filed=old, links=(young,)).code is None


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
    assert question_labels(["order_number", "When?"], LABELLED, language) == words


@pytest.mark.parametrize("question", ["order number", "Order_number?", "ORDER_NUMBER", "", "{0}"])
def test_words_that_are_no_name_of_a_field_stay_as_they_are(question: str) -> None:
    assert question_labels([question], LABELLED, "de") == (question,)


def test_without_rules_questions_stay_as_they_are() -> None:
    assert question_labels(["order_number"], None, "de") == ("order_number",)
    assert question_labels([], LABELLED, "de") == ()
