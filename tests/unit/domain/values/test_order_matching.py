"""Rewards are matched to orders by number if both have one, else by the link."""

from typing import Any

import pytest

from domain.claims.claim import TicketClaim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess
from domain.claims.rewards import Reward, matches_order
from domain.tickets.settlement import SettlementResult, decide_settlement
from tests.support.builders import (
    NOW,
    a_claim,
    a_contest,
    a_field,
    a_link,
    a_partner,
    a_reward,
    some_facts,
)
from tests.support.stored_claims import a_stored_claim, context_of

# A partner whose form asks for no order number.
UNNUMBERED = a_partner(fields=[a_field("objection", required=False).model_dump()])
NUMBERED = a_partner()
BY_LINK = "link:lnk-77:2026-10-01"


def assess_with(claim: TicketClaim, *rewards: Reward, numbered: bool = True) -> Assessment:
    """The assessment of a claim, given the account's rewards."""
    links = (a_link(), a_link(link_id="lnk-78"))
    partner = NUMBERED if numbered else UNNUMBERED
    return assess(claim, some_facts(*rewards, links=links), partner, NOW)


def codes(assessment: Assessment) -> list[str]:
    """The codes of an assessment; none if the claim is accepted."""
    return [reason.code for reason in assessment.reasons]


@pytest.mark.parametrize(
    ("number", "order", "link_id", "fits"),
    [
        ("VT-2231-9", "VT22319", "lnk-77", True),
        ("vt 2231 9", "VT22319", "another", True),
        ("VT-2231-8", "VT22319", "lnk-77", False),
        (None, "VT22319", "lnk-77", True),
        (None, "VT22319", "another", False),
        ("--", "VT22319", "lnk-77", True),
        ("VT-2231-9", None, "lnk-77", True),
        ("VT-2231-9", None, "another", False),
        ("VT-2231-9", BY_LINK, "lnk-77", True),
        ("VT-2231-9", "link:another:2026-10-01", "another", False),
        ("VT-2231-9", "reward:rew-5", "lnk-77", True),
        ("VT-2231-9", "reward:rew-5", None, False),
        (None, None, "lnk-77", True),
        (None, None, None, False),
    ],
)
def test_a_reward_matches_an_order_by_number_or_by_link(
    number: str | None, order: str | None, link_id: str | None, fits: bool
) -> None:
    """R24, R25: a key that replaces an order number does not count as one."""
    assert matches_order(a_reward(order_number=number), order, link_id) is fits


@pytest.mark.parametrize("order", ["VT22319", BY_LINK, None])
def test_a_reward_without_link_is_found_by_its_number_only(order: str | None) -> None:
    """R24: two missing links are not the same link."""
    without_link = a_reward(link_id=None)
    assert matches_order(without_link, order, None) is (order == "VT22319")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("granted", ["reward_granted"]),
        ("invalid", ["reward_invalid"]),
        ("registered", ["reward_registered"]),
        ("rejected", []),
    ],
)
def test_a_claim_without_order_number_matches_any_reward_of_its_link(
    state: str, code: list[str]
) -> None:
    """R4, R5, R24: so that no order is paid twice."""
    claim = a_claim(answers={})
    reward = a_reward(state=state)
    assert codes(assess_with(claim, reward, numbered=False)) == code
    elsewhere = a_reward(state=state, link_id="lnk-78")
    assert codes(assess_with(claim, elsewhere, numbered=False)) == []


@pytest.mark.parametrize(
    ("order", "reward", "result"),
    [
        ("VT22319", {"order_number": None}, SettlementResult.REWARD_REGISTERED),
        ("VT22319", {"order_number": None, "link_id": "lnk-78"}, SettlementResult.GRANTED),
        ("VT22319", {"order_number": "VT-1"}, SettlementResult.GRANTED),
        (BY_LINK, {}, SettlementResult.REWARD_REGISTERED),
        (BY_LINK, {"link_id": "lnk-78"}, SettlementResult.GRANTED),
        (
            "VT22319",
            {"order_number": None, "account_id": "acc-2"},
            SettlementResult.ALREADY_REWARDED,
        ),
    ],
)
def test_at_settlement_a_reward_without_order_number_matches_by_the_tickets_link(
    order: str, reward: dict[str, Any], result: SettlementResult
) -> None:
    """R24: one order earns one reward, of whichever account."""
    existing = a_reward(**{"state": "registered"} | reward)
    filed = a_stored_claim(UNNUMBERED, answers={}) if order == BY_LINK else a_stored_claim()
    assert decide_settlement(context_of(filed, existing)) is result


def test_a_contested_reward_without_order_number_gets_that_of_the_form() -> None:
    """R25: so that the grant for it counts for that order."""
    assessment = assess_with(a_contest(), a_reward(order_number=None))
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"
    assert assessment.order.duplicate_key.endswith("|reward:rew-5")
    unnumbered = assess_with(a_contest(answers={}), a_reward(order_number=None), numbered=False)
    assert unnumbered.order is not None
    assert unnumbered.order.order_key == "reward:rew-5"


def test_a_contest_without_order_number_gets_that_of_the_reward() -> None:
    """R25."""
    assessment = assess_with(a_contest(answers={}), a_reward(), numbered=False)
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"


def test_a_contest_with_another_order_number_than_the_reward_is_incomplete() -> None:
    """R22, R23: the result names the field."""
    assessment = assess_with(a_contest(), a_reward(order_number="VT-2231-8"))
    assert assessment.status == "discarded"
    (reason,) = assessment.reasons
    assert (reason.code, reason.field) == ("incomplete", "order_number")
    assert reason.expected == "another_order"
    same = assess_with(a_contest(answers={"order_number": "vt 2231/9"}), a_reward())
    assert codes(same) == []


@pytest.mark.parametrize(
    ("reward_link", "chosen", "code"),
    [
        ("lnk-77", "lnk-77", []),
        ("lnk-77", None, []),
        (None, "lnk-78", []),
        ("lnk-77", "lnk-78", ["link_does_not_fit"]),
        ("lnk-gone", "lnk-77", ["link_does_not_fit"]),
        ("lnk-gone", None, []),
    ],
)
def test_a_link_other_than_the_contested_rewards_does_not_fit(
    reward_link: str | None, chosen: str | None, code: list[str]
) -> None:
    """R15, R16: even if both links belong to the account and have the right kind."""
    assessment = assess_with(a_contest(link_id=chosen), a_reward(link_id=reward_link))
    assert codes(assessment) == code
