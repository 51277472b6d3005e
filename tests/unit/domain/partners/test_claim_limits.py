"""Claim limits: how many claims are accepted, and from when the next one is possible."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess
from domain.partners.claim_kind import ClaimKind
from domain.partners.claim_limits import ClaimCounts
from tests.support.builders import NOW, WARSAW, a_claim, a_contest, a_link, a_partner, a_reward
from tests.support.builders import some_facts as facts

LIMITS = {
    "open_per_link": 3,
    "open_per_account": 5,
    "accepted_per_account_per_day": 4,
    "refused_per_account_per_day": 6,
    "accepted_per_day": 9,
}
PARTNER = a_partner(limits=LIMITS)
AT_EACH: list[dict[str, Any]] = [
    {"open_by_link": {"lnk-77": 3}},
    {"open_by_link": {"lnk-1": 2, "lnk-2": 2, "": 1}},
    {"accepted_today": 4},
    {"refused_today": 6},
    {"accepted_by_partner_today": 9},
]
BELOW_ALL: dict[str, Any] = {
    "open_by_link": {"lnk-77": 2, "lnk-1": 2},
    "accepted_today": 3,
    "refused_today": 5,
    "accepted_by_partner_today": 8,
}
TOMORROW = "2026-10-21T00:00:00+02:00"
COUNTS = st.integers(0, 12)
CLAIM_COUNTS = st.builds(
    ClaimCounts,
    open_by_link=st.dictionaries(st.sampled_from(["lnk-77", "lnk-1", ""]), COUNTS),
    accepted_today=COUNTS,
    refused_today=COUNTS,
    accepted_by_partner_today=COUNTS,
)


def assess_with(claim_counts: dict[str, Any] | ClaimCounts, **changes: Any) -> Assessment:
    """The assessment of a claim with these counts."""
    return assess(a_claim(), facts(claim_counts=claim_counts, **changes), PARTNER, NOW)


def claimable(
    claim_counts: ClaimCounts | dict[str, Any], kind: str = "missing_cashback"
) -> ClaimableLink:
    """The link or reward that the account may claim."""
    history: dict[str, Any] = {
        "links": (a_link(),),
        "rewards": (),
        "claim_counts": {"velotel": claim_counts},
    }
    if kind == "rejected_reward":
        history["rewards"] = (a_reward(),)
    (choice,) = list_claimable(
        ClaimKind(kind), AccountHistory.model_validate(history), {"velotel": PARTNER}, NOW
    )
    return choice


@pytest.mark.parametrize("claim_counts", AT_EACH)
def test_one_claim_more_than_a_limit_is_refused_until_the_next_day(
    claim_counts: dict[str, Any],
) -> None:
    """The next day of the partner's market, in its time zone."""
    assessment = assess_with(claim_counts)
    assert (assessment.status, [reason.code for reason in assessment.reasons]) == (
        "refused",
        ["too_many_claims"],
    )
    assert assessment.available_from
    assert assessment.available_from.isoformat() == TOMORROW
    assert assessment.available_from.tzinfo == WARSAW


def test_the_last_claim_within_all_limits_is_accepted() -> None:
    assert assess_with(BELOW_ALL).status == "accepted"
    assert assess_with({"open_by_link": {"lnk-1": 3}}).status == "accepted"  # of another link


def test_a_repeated_claim_is_a_duplicate_also_above_the_limits() -> None:
    """R25."""
    for claim_counts in AT_EACH:
        assessment = assess_with(claim_counts, existing_ticket="ZW-9999-P9XT-M2AB-0")
        assert [reason.code for reason in assessment.reasons] == ["duplicate"]


def test_above_the_limit_of_refusals_no_other_reason_is_given() -> None:
    """So guesses of links, orders or rewards reveal nothing."""
    guesses = [
        a_claim(link_id="lnk-guess"),
        a_claim(answers={"order_number": ""}),
        a_contest(reward_id="rew-guess"),
        a_claim(ordered_on="2020-01-01"),
    ]
    for claim in guesses:
        account = facts(a_reward(state="granted"), claim_counts={"refused_today": 6})
        assert [reason.code for reason in assess(claim, account, PARTNER, NOW).reasons] == [
            "too_many_claims"
        ]
        account = facts(a_reward(state="granted"), claim_counts={"refused_today": 5})
        assert [reason.code for reason in assess(claim, account, PARTNER, NOW).reasons] != [
            "too_many_claims"
        ]


def test_a_contest_counts_for_the_link_of_its_reward() -> None:
    account = facts(a_reward(), claim_counts={"open_by_link": {"lnk-77": 3}})
    assessment = assess(a_contest(), account, PARTNER, NOW)
    assert [reason.code for reason in assessment.reasons] == ["too_many_claims"]


@pytest.mark.parametrize("kind", ["missing_cashback", "rejected_reward"])
@given(claim_counts=CLAIM_COUNTS)
def test_the_claimable_links_are_those_that_filing_accepts(
    kind: str, claim_counts: ClaimCounts
) -> None:
    choice = claimable(claim_counts, kind)
    claim = a_claim() if kind == "missing_cashback" else a_contest()
    rewards = () if kind == "missing_cashback" else (a_reward(),)
    assessment = assess(claim, facts(*rewards, claim_counts=claim_counts), PARTNER, NOW)
    assert (choice.status == "open") is (assessment.status == "accepted")
    if choice.status != "open":
        listed = (choice.status, choice.reason, choice.available_from)
        assert listed == ("not_yet", "too_many_claims", assessment.available_from)


@pytest.mark.parametrize("value", [0, -1, 1_000_001, "many", 1.5])
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_a_count_of_at_least_one(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        a_partner(limits={name: value})


def test_an_unknown_limit_does_not_load() -> None:
    with pytest.raises(ValidationError):
        a_partner(limits={"open_per_order": 1})


def test_the_day_of_a_limit_ends_in_the_time_zone_of_the_market() -> None:
    """Also if summer time ends that night."""
    partner = a_partner(limits={"accepted_per_account_per_day": 1})
    evening = NOW + timedelta(days=4, hours=10)  # 24 October, after midnight of the 25th in Warsaw
    assessment = assess(a_claim(), facts(claim_counts={"accepted_today": 1}), partner, evening)
    assert assessment.available_from
    assert assessment.available_from.isoformat() == "2026-10-26T00:00:00+01:00"
