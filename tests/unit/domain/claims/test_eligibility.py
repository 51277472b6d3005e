"""Claims that are accepted, and the links that they need (R10, R15, R16)."""

from typing import Any

import pytest

from domain.claims.claim import TicketClaim
from tests.support.builders import (
    a_claim,
    a_contest,
    a_link,
    a_partner,
    a_reward,
    some_facts,
)
from tests.unit.domain.claims.assessing import REFERRAL, assess_claim, codes


def test_a_claim_that_is_complete_and_correct_is_accepted() -> None:
    """R1, R11, R22: with everything that its ticket needs."""
    assessment = assess_claim(a_claim())
    assert (assessment.status, assessment.reasons) == ("accepted", ())
    assert assessment.answers == {"order_number": "VT-2231-9"}
    assert assessment.promised is not None
    assert str(assessment.promised.amount) == "40.00"
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"


def test_a_claim_for_a_rejected_reward_is_accepted() -> None:
    """R1, R11: if no link promises an amount, the contested reward does."""
    facts = some_facts(a_reward(), links=(a_link(promised_reward=None),))
    assessment = assess_claim(a_contest(), facts)
    assert assessment.status == "accepted"
    assert assessment.promised == a_reward().amount
    assert assessment.order is not None
    assert assessment.order.order_key == "VT22319"


def test_a_claim_at_an_unknown_partner_is_refused() -> None:
    assert codes(assess_claim(a_claim(), partner=None)) == {"unknown_partner"}


@pytest.mark.parametrize("kind", ["missing_cashback", "missing_referral_reward", "rejected_reward"])
def test_a_partner_does_not_take_the_kinds_that_its_file_leaves_out(kind: str) -> None:
    """R11: each of the three kinds can be left out."""
    kinds = ("missing_cashback", "missing_referral_reward", "rejected_reward")
    partner = a_partner(kinds=[other for other in kinds if other != kind])
    assert codes(assess_claim(a_claim(kind=kind), partner=partner)) == {"partner_takes_no_claims"}
    only = a_partner(kinds=[kind])
    assert "partner_takes_no_claims" not in codes(assess_claim(a_claim(kind=kind), partner=only))


@pytest.mark.parametrize(
    ("claim", "links", "expected"),
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
    claim: TicketClaim, links: tuple[Any, ...], expected: set[str]
) -> None:
    """R10, R12-R14: cashback for the member's own order, referral for a friend's."""
    assert codes(assess_claim(claim, some_facts(a_reward(), links=links))) == expected


def test_with_several_links_the_chosen_one_counts() -> None:
    """R15, R16: the member chooses the one with the right date."""
    links = (
        a_link(link_id="before"),
        a_link(link_id="after", clicked_at="2026-10-02T00:00:00+02:00"),
        a_link(link_id="referral", kind="referral"),
    )
    facts = some_facts(links=links)
    assert codes(assess_claim(a_claim(link_id="before"), facts)) == set()
    for link_id in ("after", "referral", "somebody-elses"):
        assert codes(assess_claim(a_claim(link_id=link_id), facts)) == {"link_does_not_fit"}


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
def test_a_link_of_the_same_day_fits_and_a_later_one_does_not(clicked_at: str, fits: bool) -> None:
    """R16: the day is the market's."""
    facts = some_facts(links=(a_link(clicked_at=clicked_at),))
    assert codes(assess_claim(a_claim(), facts)) == (set() if fits else {"link_does_not_fit"})


def test_a_contested_reward_does_not_fit_a_link_of_another_kind() -> None:
    """R12-R14."""
    links = (a_link(), a_link(link_id="lnk-9", kind="referral"))
    facts = some_facts(a_reward(), links=links)
    assert codes(assess_claim(a_contest(link_id="lnk-77"), facts)) == set()
    assert codes(assess_claim(a_contest(link_id="lnk-9"), facts)) == {"link_does_not_fit"}
