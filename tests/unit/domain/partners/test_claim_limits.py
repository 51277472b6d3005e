"""How many claims there may be: each limit to the claim, and the moment from which one may come."""

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
LOADS = st.builds(
    ClaimCounts,
    open_by_link=st.dictionaries(st.sampled_from(["lnk-77", "lnk-1", ""]), COUNTS),
    accepted_today=COUNTS,
    refused_today=COUNTS,
    accepted_by_partner_today=COUNTS,
)


def judged(claim_counts: dict[str, Any] | ClaimCounts, **known: Any) -> Assessment:
    """The assessment of a claim under this load."""
    return assess(a_claim(), facts(claim_counts=claim_counts, **known), PARTNER, NOW)


def offered(
    claim_counts: ClaimCounts | dict[str, Any], kind: str = "missing_cashback"
) -> ClaimableLink:
    """What the account is shown to choose."""
    known: dict[str, Any] = {
        "links": (a_link(),),
        "rewards": (),
        "claim_counts": {"velotel": claim_counts},
    }
    if kind == "rejected_reward":
        known["rewards"] = (a_reward(),)
    (choice,) = list_claimable(
        ClaimKind(kind), AccountHistory.model_validate(known), {"velotel": PARTNER}, NOW
    )
    return choice


@pytest.mark.parametrize("claim_counts", AT_EACH)
def test_one_claim_more_than_a_limit_is_refused_until_the_next_day(
    claim_counts: dict[str, Any],
) -> None:
    """Of the partner's market, in whose clock the time is given."""
    found = judged(claim_counts)
    assert (found.status, [one.code for one in found.reasons]) == ("refused", ["too_many_claims"])
    assert found.available_from
    assert found.available_from.isoformat() == TOMORROW
    assert found.available_from.tzinfo == WARSAW


def test_the_last_claim_within_all_limits_is_accepted() -> None:
    assert judged(BELOW_ALL).status == "accepted"
    assert judged({"open_by_link": {"lnk-1": 3}}).status == "accepted"  # another link's


def test_a_repeated_claim_names_the_ticket_that_stands_however_many_there_are() -> None:
    """R25."""
    for claim_counts in AT_EACH:
        found = judged(claim_counts, existing_ticket="ZW-9999-P9XT-M2AB-0")
        assert [one.code for one in found.reasons] == ["duplicate"]


def test_who_was_refused_too_often_finds_out_nothing_more() -> None:
    """Whatever is asked: a guess that would be refused for another reason, too."""
    guesses = [
        a_claim(link_id="lnk-guess"),
        a_claim(answers={"order_number": ""}),
        a_contest(reward_id="rew-guess"),
        a_claim(ordered_on="2020-01-01"),
    ]
    for claim in guesses:
        known = facts(a_reward(state="granted"), claim_counts={"refused_today": 6})
        assert [r.code for r in assess(claim, known, PARTNER, NOW).reasons] == ["too_many_claims"]
        known = facts(a_reward(state="granted"), claim_counts={"refused_today": 5})
        assert [r.code for r in assess(claim, known, PARTNER, NOW).reasons] != ["too_many_claims"]


def test_a_contest_counts_for_the_link_that_its_reward_came_from() -> None:
    known = facts(a_reward(), claim_counts={"open_by_link": {"lnk-77": 3}})
    found = assess(a_contest(), known, PARTNER, NOW)
    assert [one.code for one in found.reasons] == ["too_many_claims"]


@pytest.mark.parametrize("kind", ["missing_cashback", "rejected_reward"])
@given(claim_counts=LOADS)
def test_what_can_be_chosen_is_what_filing_takes(kind: str, claim_counts: ClaimCounts) -> None:
    choice = offered(claim_counts, kind)
    claim = a_claim() if kind == "missing_cashback" else a_contest()
    rewards = () if kind == "missing_cashback" else (a_reward(),)
    found = assess(claim, facts(*rewards, claim_counts=claim_counts), PARTNER, NOW)
    assert (choice.status == "open") is (found.status == "accepted")
    if choice.status != "open":
        offer = (choice.status, choice.reason, choice.available_from)
        assert offer == ("not_yet", "too_many_claims", found.available_from)


@pytest.mark.parametrize("value", [0, -1, 1_000_001, "many", 1.5])
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_a_count_of_at_least_one(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        a_partner(limits={name: value})


def test_a_limit_that_is_unknown_does_not_load() -> None:
    with pytest.raises(ValidationError):
        a_partner(limits={"open_per_order": 1})


def test_the_day_ends_by_the_market_of_the_partner() -> None:
    """Also where the clocks change that night."""
    partner = a_partner(limits={"accepted_per_account_per_day": 1})
    evening = NOW + timedelta(days=4, hours=10)  # 24 October, after midnight of the 25th in Warsaw
    found = assess(a_claim(), facts(claim_counts={"accepted_today": 1}), partner, evening)
    assert found.available_from
    assert found.available_from.isoformat() == "2026-10-26T00:00:00+01:00"
