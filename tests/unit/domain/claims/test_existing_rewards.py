"""Existing rewards and tickets that rule a claim out (R4, R5, R24, R25)."""

from typing import Any

import pytest

from domain.claims.eligibility.decision import duplicate_key_of
from tests.support.builders import (
    NOW,
    a_claim,
    a_contest,
    a_field,
    a_partner,
    a_reward,
    some_facts,
)
from tests.unit.domain.claims.assessing import PARTNER, REFERRAL, codes, judged

STANDING = "ZW-9999-P9XT-M2AB-0"


@pytest.mark.parametrize(
    ("state", "missing", "contested"),
    [
        ("granted", {"reward_granted"}, {"reward_granted"}),
        ("invalid", {"reward_invalid"}, {"reward_invalid"}),
        ("registered", {"reward_registered"}, {"reward_not_rejected"}),
        ("rejected", set(), set()),
    ],
)
def test_what_stands_in_the_books_decides(
    state: str, missing: set[str], contested: set[str]
) -> None:
    """R4, R5, R24: granted and invalid rewards earn no ticket, registered ones no second one."""
    facts = some_facts(a_reward(state=state))
    assert codes(judged(a_claim(), facts)) == missing
    assert codes(judged(a_contest(), facts)) == contested


@pytest.mark.parametrize(
    "reward",
    [
        a_reward(state="granted", order_number="VT-2231-8"),
        a_reward(state="granted", kind="referral"),
        a_reward(state="granted", order_number=None, link_id="lnk-78"),
    ],
    ids=["another order", "another kind", "another link"],
)
def test_a_reward_for_something_else_is_no_obstacle(reward: Any) -> None:
    """R4, R24."""
    assert codes(judged(a_claim(), some_facts(reward))) == set()


@pytest.mark.parametrize("order_number", ["vt 2231 9", "VT22319", "ＶＴ-2231-9", None])  # noqa: RUF001
def test_a_reward_for_the_order_is_found_however_it_is_written(order_number: str | None) -> None:
    """R24: without an order of its own, a reward of the same link is the one."""
    facts = some_facts(a_reward(state="registered", order_number=order_number))
    assert codes(judged(a_claim(), facts)) == {"reward_registered"}


def test_of_several_rewards_the_one_that_forbids_most_speaks() -> None:
    """R4, R5."""
    states = ["rejected", "registered", "invalid", "granted"]
    rewards = [a_reward(reward_id=state, state=state) for state in states]
    assert codes(judged(a_claim(), some_facts(*rewards))) == {"reward_granted"}
    assert codes(judged(a_claim(), some_facts(*rewards[:3]))) == {"reward_invalid"}


def test_a_reward_that_is_not_known_is_not_rejected() -> None:
    """R1."""
    assert codes(judged(a_contest(reward_id="rew-6"), some_facts(a_reward()))) == {
        "reward_not_rejected"
    }


def test_a_standing_ticket_makes_a_claim_a_duplicate() -> None:
    """R25: discarded, and the number of the first one is named."""
    assessment = judged(a_claim(), some_facts(existing_ticket=STANDING))
    assert (assessment.status, codes(assessment)) == ("discarded", {"duplicate"})
    assert assessment.existing_ticket == STANDING


def test_the_same_reward_has_one_key_and_another_one_another() -> None:
    """R25: account, kind, partner and order; without an order number, link and day."""
    unnamed = a_partner(fields=[a_field("note", required=False).model_dump()])
    same = [a_claim(), a_claim(link_id="lnk-2"), a_claim(answers={"order_number": "vt 22319"})]
    assert len({duplicate_key_of(claim, PARTNER, NOW) for claim in same}) == 1
    others = [
        duplicate_key_of(a_claim(), PARTNER, NOW),
        duplicate_key_of(a_claim(account_id="acc-2"), PARTNER, NOW),
        duplicate_key_of(a_claim(**REFERRAL), PARTNER, NOW),
        duplicate_key_of(a_claim(answers={"order_number": "VT-2231-8"}), PARTNER, NOW),
        duplicate_key_of(a_claim(), a_partner(id="other"), NOW),
        duplicate_key_of(a_claim(), unnamed, NOW),
        duplicate_key_of(a_claim(link_id="lnk-2"), unnamed, NOW),
        duplicate_key_of(a_claim(ordered_on="2026-10-02"), unnamed, NOW),
        duplicate_key_of(a_contest(), PARTNER, NOW),
        duplicate_key_of(a_contest(reward_id="rew-6"), PARTNER, NOW),
    ]
    assert len(set(others)) == len(others)


def test_a_claim_that_does_not_say_whose_or_what_has_no_key() -> None:
    """R25."""
    for claim, partner in [
        (a_claim(account_id=None), PARTNER),
        (a_claim(kind=None), PARTNER),
        (a_claim(), None),
    ]:
        assert duplicate_key_of(claim, partner, NOW) is None
