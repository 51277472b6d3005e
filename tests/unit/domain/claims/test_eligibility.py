"""Why a claim is not accepted: every code, with claims that earn it and claims just outside."""

from datetime import datetime
from typing import Any

import pytest

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess, duplicate_key_of
from domain.partners.rules import PartnerRules
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

REFERRAL = {"kind": "missing_referral_reward"}
STANDING = "ZW-9999-P9XT-M2AB-0"
PARTNER = a_partner()


def judged(
    claim: TicketClaim,
    facts: AccountFacts | None = None,
    partner: PartnerRules | None = PARTNER,
    now: datetime = NOW,
) -> Assessment:
    """The assessment of a claim against the facts and the partner of the builders."""
    return assess(claim, some_facts() if facts is None else facts, partner, now)


def codes(assessment: Assessment) -> set[str]:
    """The codes that a claim earned; none where it is accepted."""
    return {reason.code for reason in assessment.reasons}


def test_a_claim_that_is_complete_and_correct_is_accepted() -> None:
    """R1, R11, R22: with all that its ticket needs."""
    assessment = judged(a_claim())
    assert (assessment.status, assessment.reasons) == ("accepted", ())
    assert assessment.answers == {"order_number": "VT-2231-9"}
    assert assessment.promised is not None
    assert str(assessment.promised.amount) == "40.00"
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"


def test_a_claim_for_a_rejected_reward_is_accepted() -> None:
    """R1, R11: it keeps the amount of the reward that it contests where no link promises one."""
    facts = some_facts(a_reward(), links=(a_link(promised_reward=None),))
    assessment = judged(a_contest(), facts)
    assert assessment.status == "accepted"
    assert assessment.promised == a_reward().amount
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"


def test_no_such_partner() -> None:
    assert codes(judged(a_claim(), partner=None)) == {"unknown_partner"}


@pytest.mark.parametrize("kind", ["missing_cashback", "missing_referral_reward", "rejected_reward"])
def test_a_partner_that_does_not_take_the_kind(kind: str) -> None:
    """R11: each of the three kinds can be left out by a profile."""
    every = ("missing_cashback", "missing_referral_reward", "rejected_reward")
    partner = a_partner(kinds=[other for other in every if other != kind])
    assert codes(judged(a_claim(kind=kind), partner=partner)) == {"partner_takes_no_claims"}
    only = a_partner(kinds=[kind])
    assert "partner_takes_no_claims" not in codes(judged(a_claim(kind=kind), partner=only))


@pytest.mark.parametrize(
    ("claim", "links", "earned"),
    [
        (a_claim(), (), {"no_link"}),
        (a_claim(), (a_link(kind="referral"),), {"no_link"}),
        (a_claim(), (a_link(),), set()),
        (a_claim(**REFERRAL), (a_link(),), {"no_link"}),
        (a_claim(**REFERRAL), (a_link(kind="referral"),), set()),
        (a_contest(), (), {"no_link"}),
        (a_contest(), (a_link(),), set()),
        (a_contest(), (a_link(kind="referral", link_id="lnk-1"),), set()),
    ],
)
def test_a_claim_needs_a_link_of_its_kind_to_that_partner(
    claim: TicketClaim, links: tuple[Any, ...], earned: set[str]
) -> None:
    """R10, R12-R14: cashback for the member's own order, referral for a friend's."""
    assert codes(judged(claim, some_facts(a_reward(), links=links))) == earned


def test_with_several_links_the_chosen_one_counts() -> None:
    """R15, R16: the member picks the one with the right date."""
    links = (
        a_link(link_id="before"),
        a_link(link_id="after", clicked_at="2026-10-02T00:00:00+02:00"),
        a_link(link_id="referral", kind="referral"),
    )
    facts = some_facts(links=links)
    assert codes(judged(a_claim(link_id="before"), facts)) == set()
    for link_id in ("after", "referral", "somebody-elses"):
        assert codes(judged(a_claim(link_id=link_id), facts)) == {"link_does_not_fit"}


@pytest.mark.parametrize(
    ("clicked_at", "fits"),
    [
        ("2026-10-01T00:00:00+02:00", True),
        ("2026-10-01T23:59:59+02:00", True),
        ("2026-10-02T00:00:00+02:00", False),
        ("2026-10-01T22:00:00+00:00", False),
        ("2026-10-01T21:59:59+00:00", True),
    ],
)
def test_a_link_of_the_same_day_fits_and_a_younger_one_does_not(
    clicked_at: str, fits: bool
) -> None:
    """R16: the day is the market's."""
    facts = some_facts(links=(a_link(clicked_at=clicked_at),))
    assert codes(judged(a_claim(), facts)) == (set() if fits else {"link_does_not_fit"})


def test_a_contested_reward_does_not_fit_a_link_of_another_kind() -> None:
    """R12-R14."""
    links = (a_link(), a_link(link_id="lnk-9", kind="referral"))
    facts = some_facts(a_reward(), links=links)
    assert codes(judged(a_contest(link_id="lnk-77"), facts)) == set()
    assert codes(judged(a_contest(link_id="lnk-9"), facts)) == {"link_does_not_fit"}


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
