"""Calls to a partner that does not answer: the circuit opens, and one claim at a time probes it."""

import heapq

import pytest

from activities.limits.circuit_breaker import FAILURE_THRESHOLD, CircuitBreaker, CircuitState
from activities.limits.spread_delay import MAX_BACKOFF_SECONDS
from domain.errors import DatabaseUnavailable, PartnerRejectedRequest, PartnerUnavailable
from tests.unit.activities.limiter_simulation import DOWN, LimitedPartner, simulate, under_way


def opened(now: float) -> CircuitBreaker:
    """A circuit that has just opened."""
    circuit = CircuitBreaker()
    for _ in range(FAILURE_THRESHOLD):
        circuit.record_failure(now, None, 0)
    return circuit


def state_of(circuit: CircuitBreaker) -> CircuitState:
    """The state; a function, because a type checker would believe the last assertion."""
    return circuit.state


def test_the_states_of_a_circuit_follow_the_outcomes_of_its_calls() -> None:
    circuit = opened(100.0)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.start_probe(101.0) is None, "a probe before its time"
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


def test_a_probe_that_tells_nothing_leaves_the_next_one_to_another_claim() -> None:
    circuit = opened(100.0)
    probe = circuit.start_probe(102.0)
    assert probe
    circuit.abandon_probe(probe)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.start_probe(102.0) not in (None, probe)


def test_few_failures_are_left_to_the_usual_retries() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    delays = [partner.retry_after(raises=DOWN) for _ in range(FAILURE_THRESHOLD - 1)]
    assert delays == [None] * (FAILURE_THRESHOLD - 1)
    partner.call()
    assert partner.retry_after(raises=DOWN) is None


def test_a_partner_that_is_down_is_probed_by_one_claim_at_a_time() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    assert partner.go_down()
    with pytest.raises(PartnerUnavailable) as caught:
        partner.call("other")
    assert caught.value.retry_after
    partner.now += caught.value.retry_after.total_seconds()
    with under_way(partner, "other"):
        assert partner.retry_after("third")


def test_probes_become_rarer_up_to_five_minutes() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    delays = [partner.go_down() or 0.0]
    for _ in range(12):
        partner.now += delays[-1]
        delays.append(partner.retry_after("down-4", raises=DOWN) or 0.0)
    assert delays == sorted(delays)
    assert MAX_BACKOFF_SECONDS <= delays[-1] <= MAX_BACKOFF_SECONDS + 5


def test_a_probe_that_is_answered_closes_the_circuit() -> None:
    """Whatever the answer says: a fault is of one claim."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    partner.now += partner.go_down() or 0.0
    with pytest.raises(PartnerRejectedRequest):
        partner.call("probe", raises=PartnerRejectedRequest("422"))
    for i in range(20):
        partner.call(str(i))


def test_a_claim_that_always_fails_does_not_block_the_others() -> None:
    """Its probe fails again and again; the next probe is another claim's."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    coming = [(partner.now, "poison")]
    newcomer = ""
    while newcomer != "sent":
        partner.now, key = heapq.heappop(coming)
        assert partner.now < 1600
        delay = partner.retry_after(key, raises=DOWN if key == "poison" else None)
        if key == "newcomer" and delay is None:
            newcomer = "sent"
        heapq.heappush(coming, (partner.now + (delay or 1.0), key))
        if not newcomer and partner.now > 1100:
            newcomer = "waits"
            heapq.heappush(coming, (partner.now, "newcomer"))


def test_two_thousand_claims_of_a_dead_partner_are_no_storm() -> None:
    """In the long run each asks about every four minutes."""
    partner = LimitedPartner(requests_per_second=1000, concurrency=10)
    _, at_first = simulate(partner, 2000, 600, down=True)
    _, later = simulate(partner, 2000, 600, down=True)
    assert at_first < 9000
    assert later < 9000


def test_errors_of_our_own_do_not_open_the_circuit() -> None:
    partner = LimitedPartner(requests_per_second=1000, concurrency=1)
    for _ in range(FAILURE_THRESHOLD + 1):
        assert partner.retry_after(raises=DatabaseUnavailable("away")) is None
    partner.call()
