"""The circuit of a partner that does not respond opens, and one claim at a time probes it."""

import heapq

import pytest

from activities.limits.circuit_breaker import FAILURE_THRESHOLD, CircuitBreaker, CircuitState
from activities.limits.spread_delay import MAX_BACKOFF_SECONDS
from domain.errors import DatabaseUnavailable, PartnerRejectedRequest, PartnerUnavailable
from tests.unit.activities.limiter_simulation import (
    DOWN,
    LimitedPartner,
    calls_in_progress,
    simulate,
)


def an_open_circuit(now: float) -> CircuitBreaker:
    """A circuit that has just opened."""
    circuit = CircuitBreaker()
    for _ in range(FAILURE_THRESHOLD):
        circuit.record_failure(now, None, 0)
    return circuit


def state_of(circuit: CircuitBreaker) -> CircuitState:
    """The state; a function, because a type checker would narrow the attribute."""
    return circuit.state


def test_the_states_of_a_circuit_follow_the_outcomes_of_its_calls() -> None:
    circuit = an_open_circuit(100.0)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.start_probe(101.0) is None, "a probe before the back-off ended"
    probe = circuit.start_probe(102.0)
    assert probe
    assert state_of(circuit) is CircuitState.HALF_OPEN
    assert circuit.start_probe(102.0) is None, "a second probe"
    circuit.record_failure(103.0, probe, 0)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.start_probe(105.0) is None, "the back-off has doubled"
    assert circuit.start_probe(107.0)
    circuit.record_success()
    assert state_of(circuit) is CircuitState.CLOSED


def test_after_an_abandoned_probe_another_claim_may_probe() -> None:
    circuit = an_open_circuit(100.0)
    probe = circuit.start_probe(102.0)
    assert probe
    circuit.abandon_probe(probe)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.start_probe(102.0) not in (None, probe)


def test_failures_below_the_threshold_are_retried_as_usual() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    delays = [partner.retry_after(raises=DOWN) for _ in range(FAILURE_THRESHOLD - 1)]
    assert delays == [None] * (FAILURE_THRESHOLD - 1)
    partner.call()
    assert partner.retry_after(raises=DOWN) is None


def test_a_partner_that_is_down_is_probed_by_one_claim_at_a_time() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    assert partner.open_circuit()
    with pytest.raises(PartnerUnavailable) as caught:
        partner.call("other")
    assert caught.value.retry_after
    partner.now += caught.value.retry_after.total_seconds()
    with calls_in_progress(partner, "other"):
        assert partner.retry_after("third")


def test_the_back_off_of_probes_grows_to_five_minutes() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    delays = [partner.open_circuit() or 0.0]
    for _ in range(12):
        partner.now += delays[-1]
        delays.append(partner.retry_after("down-4", raises=DOWN) or 0.0)
    assert delays == sorted(delays)
    assert MAX_BACKOFF_SECONDS <= delays[-1] <= MAX_BACKOFF_SECONDS + 5


def test_a_probe_that_is_answered_closes_the_circuit() -> None:
    """Also if the answer is an error: that concerns one claim."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    partner.now += partner.open_circuit() or 0.0
    with pytest.raises(PartnerRejectedRequest):
        partner.call("probe", raises=PartnerRejectedRequest("422"))
    for i in range(20):
        partner.call(str(i))


def test_a_claim_that_always_fails_does_not_block_the_others() -> None:
    """Its probe fails every time; then another claim may probe."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    queue = [(partner.now, "poison")]
    new_claim = ""
    while new_claim != "sent":
        partner.now, key = heapq.heappop(queue)
        assert partner.now < 1600
        delay = partner.retry_after(key, raises=DOWN if key == "poison" else None)
        if key == "new_claim" and delay is None:
            new_claim = "sent"
        heapq.heappush(queue, (partner.now + (delay or 1.0), key))
        if not new_claim and partner.now > 1100:
            new_claim = "waits"
            heapq.heappush(queue, (partner.now, "new_claim"))


def test_two_thousand_claims_to_an_unreachable_partner_are_deferred_with_a_limited_rate() -> None:
    """In the long run, each is retried about every four minutes."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    _, at_first = simulate(partner, 2000, 600, down=True)
    _, later = simulate(partner, 2000, 600, down=True)
    assert at_first < 9000
    assert later < 9000


def test_internal_errors_do_not_open_the_circuit() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=1)
    for _ in range(FAILURE_THRESHOLD + 1):
        assert partner.retry_after(raises=DatabaseUnavailable("unreachable")) is None
    partner.call()
