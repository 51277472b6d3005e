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
from tests.unit.domain.claims.assessing import PARTNER, REFERRAL, assess_claim, codes

EXISTING_TICKET = "ZW-9999-P9XT-M2AB-0"


@pytest.mark.parametrize(
    ("state", "missing", "contested"),
    [
        ("granted", {"reward_granted"}, {"reward_granted"}),
        ("invalid", {"reward_invalid"}, {"reward_invalid"}),
        ("registered", {"reward_registered"}, {"reward_not_rejected"}),
        ("rejected", set(), set()),
    ],
)
def test_the_state_of_the_existing_reward_decides(
    state: str, missing: set[str], contested: set[str]
) -> None:
    """R4, R5, R24: a granted, invalid or registered reward rules a claim out."""
    facts = some_facts(a_reward(state=state))
    assert codes(assess_claim(a_claim(), facts)) == missing
    assert codes(assess_claim(a_contest(), facts)) == contested


@pytest.mark.parametrize(
    "reward",
    [
        a_reward(state="granted", order_number="VT-2231-8"),
        a_reward(state="granted", kind="referral"),
        a_reward(state="granted", order_number=None, link_id="lnk-78"),
    ],
    ids=["another order", "another kind", "another link"],
)
def test_a_reward_for_another_order_kind_or_link_does_not_count(reward: Any) -> None:
    """R4, R24."""
    assert codes(assess_claim(a_claim(), some_facts(reward))) == set()


@pytest.mark.parametrize("order_number", ["vt 2231 9", "VT22319", "ＶＴ-2231-9", None])  # noqa: RUF001
def test_a_reward_for_the_order_is_found_however_it_is_written(order_number: str | None) -> None:
    """R24: a reward without an order number is found by its link."""
    facts = some_facts(a_reward(state="registered", order_number=order_number))
    assert codes(assess_claim(a_claim(), facts)) == {"reward_registered"}


def test_of_several_rewards_the_strictest_reason_is_given() -> None:
    """R4, R5."""
    states = ["rejected", "registered", "invalid", "granted"]
    rewards = [a_reward(reward_id=state, state=state) for state in states]
    assert codes(assess_claim(a_claim(), some_facts(*rewards))) == {"reward_granted"}
    assert codes(assess_claim(a_claim(), some_facts(*rewards[:3]))) == {"reward_invalid"}


def test_an_unknown_reward_cannot_be_contested() -> None:
    """R1."""
    assert codes(assess_claim(a_contest(reward_id="rew-6"), some_facts(a_reward()))) == {
        "reward_not_rejected"
    }


def test_an_existing_ticket_makes_a_claim_a_duplicate() -> None:
    """R25: discarded, and the number of the first one is named."""
    assessment = assess_claim(a_claim(), some_facts(existing_ticket=EXISTING_TICKET))
    assert (assessment.status, codes(assessment)) == ("discarded", {"duplicate"})
    assert assessment.existing_ticket == EXISTING_TICKET


def test_claims_have_the_same_duplicate_key_only_for_the_same_reward() -> None:
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


def test_a_claim_without_account_kind_or_partner_has_no_duplicate_key() -> None:
    """R25."""
    for claim, partner in [
        (a_claim(account_id=None), PARTNER),
        (a_claim(kind=None), PARTNER),
        (a_claim(), None),
    ]:
        assert duplicate_key_of(claim, partner, NOW) is None
