"""When a claim may be filed: from the end of the waiting period to the end of its window."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.builders import (
    WARSAW,
    a_claim,
    a_contest,
    a_link,
    a_partner,
    a_reward,
    some_facts,
)
from tests.unit.domain.claims.assessing import REFERRAL, assess_claim, codes

REFERRAL_LINK = REFERRAL | {"link_id": "lnk-9"}
SECOND = timedelta(seconds=1)


def at(*parts: int) -> datetime:
    """A time in Warsaw."""
    return datetime(*parts, tzinfo=WARSAW).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 9, 30, 23, 59, 59), {"order_in_future"}),
        (at(2026, 10, 1), {"too_early"}),
    ],
)
def test_an_order_of_tomorrow_is_refused(now: datetime, expected: set[str]) -> None:
    """R7: today is the market's day."""
    facts = some_facts(links=(a_link(clicked_at="2026-09-01T00:00:00Z"),))
    assert codes(assess_claim(a_claim(), facts, now=now)) == expected


@pytest.mark.parametrize(
    ("ordered_on", "now", "late"),
    [
        ("2026-08-31", at(2026, 11, 30, 23, 59, 59), False),
        ("2026-08-31", at(2026, 12, 1), True),
        ("2026-10-01", at(2027, 1, 1, 23, 59, 59), False),
        ("2026-10-01", at(2027, 1, 2), True),
        ("2026-11-30", at(2027, 2, 28, 23, 59, 59), False),
        ("2026-11-30", at(2027, 3, 1), True),
    ],
)
def test_the_last_day_of_three_months_counts_to_its_last_second(
    ordered_on: str, now: datetime, late: bool
) -> None:
    """R35, R36: the assessment names the last day."""
    facts = some_facts(links=(a_link(clicked_at="2026-01-01T00:00:00Z"),))
    assessment = assess_claim(a_claim(ordered_on=ordered_on), facts, now=now)
    assert codes(assessment) == ({"too_late"} if late else set())
    assert assessment.last_day is not None


def test_a_partner_may_shorten_the_window() -> None:
    """R35."""
    partner = a_partner(claim_window="P1M")
    assert codes(assess_claim(a_claim(), partner=partner, now=at(2026, 11, 1, 23, 59, 59))) == set()
    assert codes(assess_claim(a_claim(), partner=partner, now=at(2026, 11, 2))) == {"too_late"}


def test_for_a_rejected_reward_the_window_runs_from_the_rejection() -> None:
    """R35: however old the order is."""
    facts = some_facts(a_reward(changed_at="2026-10-03T23:30:00+02:00"))
    contest = a_contest(ordered_on="2026-10-01")
    assert codes(assess_claim(contest, facts, now=at(2027, 1, 3, 23, 59, 59))) == set()
    assert codes(assess_claim(contest, facts, now=at(2027, 1, 4))) == {"too_late"}


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, at(2026, 10, 4)),
        ({"ordered_at": "2026-10-01T09:30:00+02:00"}, at(2026, 10, 3, 9, 30)),
        (REFERRAL_LINK, at(2026, 10, 4)),
    ],
)
def test_the_waiting_period_of_a_missing_reward_ends_to_the_second(
    changes: dict[str, str], opens: datetime
) -> None:
    """R7-R9: before, it is refused with the time from which it is possible."""
    facts = some_facts(links=(a_link(), a_link(kind="referral", link_id="lnk-9")))
    claim = a_claim(**changes)
    early = assess_claim(claim, facts, now=opens - SECOND)
    assert (early.status, codes(early)) == ("refused", {"too_early"})
    assert early.available_from == opens
    assert assess_claim(claim, facts, now=opens).status == "accepted"


def test_an_early_claim_is_held_if_the_profile_allows_it() -> None:
    """R9: accepted, with everything that its ticket needs, and the time of its release."""
    partner = a_partner(early_claims="hold")
    early = assess_claim(a_claim(), partner=partner, now=at(2026, 10, 3, 23, 59, 59))
    assert (early.status, early.reasons) == ("held", ())
    assert early.available_from == at(2026, 10, 4)
    assert early.order is not None
    assert early.answers == {"order_number": "VT-2231-9"}
    assert assess_claim(a_claim(), partner=partner, now=at(2026, 10, 4)).status == "accepted"


def test_a_partner_may_need_longer_than_forty_eight_hours() -> None:
    """R8."""
    partner = a_partner(registration_delay="P10D")
    assert codes(assess_claim(a_claim(), partner=partner, now=at(2026, 10, 11, 23, 59, 59)))
    assert not codes(assess_claim(a_claim(), partner=partner, now=at(2026, 10, 12)))


def test_a_rejected_reward_does_not_wait() -> None:
    """R7-R9: only missing rewards wait."""
    facts = some_facts(a_reward(changed_at="2026-10-01T08:00:00+02:00"))
    contest = a_contest(ordered_on="2026-10-01")
    assert assess_claim(contest, facts, now=at(2026, 10, 1, 8, 0, 1)).status == "accepted"
