"""Rate limits, and the response beyond them."""

from collections.abc import Mapping

import pytest
from limits import RateLimitItem, RateLimitItemPerMinute

from gateway.http.problem_status import STATUS
from gateway.http.problems import Problem
from gateway.http.rate_limits import LIMITS, LimitKind, RequestRateLimiter

FEW: Mapping[LimitKind, RateLimitItem] = {
    "partner_calls": RateLimitItemPerMinute(3),
    "partner_outcomes": RateLimitItemPerMinute(1000),
}


async def test_a_request_over_a_limit_gets_a_retry_after() -> None:
    limits = RequestRateLimiter(FEW)
    for _ in range(3):
        await limits.hit("partner_calls", "velotel")
    with pytest.raises(Problem, match="too_many_requests") as refused:
        await limits.hit("partner_calls", "velotel")
    assert STATUS[refused.value.code] == 429
    assert 1 <= int(refused.value.headers["retry-after"]) <= 120


async def test_a_caller_over_its_limit_does_not_affect_others() -> None:
    limits = RequestRateLimiter(FEW)
    for _ in range(3):
        await limits.hit("partner_calls", "velotel")
    await limits.hit("partner_calls", "buchkiste")
    await limits.hit("partner_outcomes", "velotel")


async def test_a_request_that_costs_more_than_is_left_uses_nothing() -> None:
    limits = RequestRateLimiter(FEW)
    await limits.hit("partner_outcomes", "velotel", cost=900)
    with pytest.raises(Problem):
        await limits.hit("partner_outcomes", "velotel", cost=101)
    await limits.hit("partner_outcomes", "velotel", cost=100)


async def test_a_thousand_outcomes_of_a_partner_fit_into_a_call_many_times_a_minute() -> None:
    limits = RequestRateLimiter()
    for _ in range(10):
        await limits.hit("partner_outcomes", "velotel", cost=1000)
    assert LIMITS["partner_calls"].amount >= 600
