"""Partner limits together: concurrency, requested pauses, several processes."""

from datetime import timedelta

import pytest

from domain.errors import PartnerRateLimited, PartnerThrottled
from tests.unit.activities.limiter_simulation import (
    LimitedPartner,
    calls_in_progress,
    max_calls_per_minute,
    simulate,
)


def test_calls_above_the_concurrency_are_deferred() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=2)
    with calls_in_progress(partner, "a", "b"), pytest.raises(PartnerRateLimited) as caught:
        partner.call("c")
    assert caught.value.retry_after > timedelta(0)
    partner.now += caught.value.retry_after.total_seconds()
    partner.call("c")


def test_partners_do_not_affect_each_other() -> None:
    partner = LimitedPartner(requests_per_second=1, concurrency=1)
    partner.open_circuit()
    partner.call("a", partner="fernweh")


def test_a_pause_requested_for_one_claim_applies_to_all() -> None:
    """`Retry-After`; after it, the claims are retried one by one."""
    partner = LimitedPartner(requests_per_second=2, concurrency=10)
    partner.retry_after("early")
    throttled = PartnerThrottled("429", timedelta(seconds=90))
    assert partner.retry_after("a", raises=throttled) == 90
    assert [partner.retry_after(key) for key in ("b", "c")] == [90.5, 91]
    with pytest.raises(PartnerRateLimited):
        partner.call("d")
    partner.now += 89
    assert partner.retry_after("e")
    partner.now += 1
    partner.call("a")


def test_a_pause_longer_than_any_back_off_is_honoured() -> None:
    partner = LimitedPartner(requests_per_second=2, concurrency=10)
    hour = timedelta(hours=1)
    assert partner.retry_after("a", raises=PartnerThrottled("429", hour)) == 3600
    assert partner.retry_after("b") == 3600.5


def test_processes_share_the_limits_of_a_partner() -> None:
    partner = LimitedPartner(processes=4, requests_per_second=4, concurrency=2)
    with calls_in_progress(partner, "a"):
        assert partner.retry_after("b")
    calls, _ = simulate(partner, 200, 90)
    assert 54 <= max_calls_per_minute(calls) <= 66
