"""Later answers are assessed by the facts of that time (R4, R5)."""

from typing import Any

import pytest

from domain.claims.information_form import CompletedForm, decide_information
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from tests.support.builders import a_link, a_partner, a_reward
from tests.support.stored_claims import OTHER_TICKET, a_grant, a_stored_claim, context_of

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


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("granted", "reward_granted"),
        ("invalid", "reward_invalid"),
        ("registered", "reward_registered"),
        ("rejected", None),
    ],
)
def test_a_corrected_order_number_is_assessed_by_the_rewards_of_that_order(
    state: str, code: str | None
) -> None:
    """R4, R5, R24: for a missing reward, and for a contested one that names no order."""
    found = a_reward(reward_id="rew-6", order_number="VT-1", state=state)
    corrected = {"order_number": "VT-1"}
    assert answered(corrected, found).code == code
    assert answered(corrected, found, a_reward(order_number=None), filed=CONTEST).code == code
    assert answered({}, found, note="please").code is None


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("granted", "reward_granted"),
        ("invalid", "reward_invalid"),
        ("registered", "reward_not_rejected"),
    ],
)
def test_an_answer_is_refused_if_the_reward_is_no_longer_rejected(state: str, code: str) -> None:
    """R4, R5, R11: whatever its content is, also if it changes nothing."""
    changed = a_reward(state=state)
    assert answered({}, changed, note="please", filed=CONTEST).code == code
    assert (
        answered({}, note="please", filed=CONTEST).code == "reward_not_rejected"
    )  # of another account now


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
def test_an_answer_is_assessed_by_the_link_as_it_is_now(
    link: dict[str, str], code: str | None
) -> None:
    """R10, R15: it may have another account, partner or kind, be gone, or have a later click."""
    assert answered({}, note="please", links=(a_link(**link),)).code == code


def test_an_answer_is_assessed_by_our_grant_for_the_order_and_by_the_existing_ticket() -> None:
    """R4, R25: a grant counts before the platform's feed contains it."""
    corrected = {"order_number": "VT-1"}
    assert answered(corrected, grants=(a_grant(order_key="VT1"),)).code == "reward_granted"
    assert answered(corrected, existing_ticket=OTHER_TICKET).code == "duplicate"


def test_the_claim_window_is_not_checked_again_for_an_answer() -> None:
    """R9, R35: it may come after the claim window or within the waiting period."""
    old = a_stored_claim(PARTNER, answers=FIRST_ANSWERS, ordered_on="2020-01-01")
    new_link = a_link(clicked_at="2019-12-31T12:00:00+01:00")
    assert answered({}, note="please", filed=old, links=(new_link,)).code is None
