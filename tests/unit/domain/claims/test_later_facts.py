"""Later answers are assessed by the facts of that time (R4, R5)."""

from typing import Any

import pytest

from domain.claims.information_form import CompletedForm, decide_information
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from tests.support.builders import a_link, a_partner, a_reward
from tests.support.stored_claims import OTHER_TICKET, a_filed, a_grant, case_of

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
