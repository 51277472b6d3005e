"""The rate of calls to one partner, and the slots of deferred claims."""

import pytest

from activities.limits.rate_limiter import RateLimiter
from tests.unit.activities.limiter_simulation import (
    LimitedPartner,
    calls_in_progress,
    max_calls_per_minute,
    simulate,
)


@pytest.mark.parametrize("late", [0.0, 1.3, 4.0])
def test_the_rate_is_kept_within_a_tenth_over_any_minute(late: float) -> None:
    """However late the deferred claims are retried."""
    partner = LimitedPartner(requests_per_second=5, concurrency=100)
    calls, _ = simulate(partner, 800, 150, late)
    start = calls[0] + 10
    counts = [sum(start + i <= call < start + i + 60 for call in calls) for i in range(70)]
    assert min(counts) >= 270
    assert max_calls_per_minute(calls) <= 330


def test_two_thousand_waiting_claims_are_deferred_at_most_twice_each() -> None:
    partner = LimitedPartner(requests_per_second=10, concurrency=100)
    calls, deferred = simulate(partner, 2000, 400)
    assert len(calls) == 2000
    assert deferred <= 4000


def test_a_deferred_claim_keeps_its_slot() -> None:
    partner = LimitedPartner(requests_per_second=1, concurrency=100)
    partner.call("first")
    partner.retry_after("second")
    delay = partner.retry_after("third")
    assert delay
    assert partner.retry_after("third") == delay
    partner.now += delay
    assert partner.retry_after("new claim")
    partner.call("third")


def test_after_a_long_interruption_claims_are_not_all_sent_at_once() -> None:
    partner = LimitedPartner(requests_per_second=10, concurrency=100)
    for i in range(500):
        partner.retry_after(str(i))
    partner.now += 60
    sent = sum(partner.retry_after(str(i)) is None for i in range(500))
    assert sent <= 60


def test_claims_to_a_slow_partner_are_not_retried_continuously() -> None:
    """While four calls take thirty seconds, the others wait for a slot."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=4)
    with calls_in_progress(partner, "a", "b", "c", "d"):
        partner.now += 1
        _, deferred = simulate(partner, 500, 29)
    assert deferred < 700


def test_reservations_of_claims_that_are_never_retried_expire() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=1)
    with calls_in_progress(partner, "a"):
        for i in range(100):
            partner.retry_after(str(i))
    partner.now += 2000
    partner.call("z")
    assert partner.state.rate_limiter.reservation_count == 0


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    limiter = RateLimiter()
    limiter.set_rate(10, 0)
    limiter.pause(100.0)
    limiter.pause(50.0)
    assert limiter.delay("a", 40.0, is_full=False) == 60
