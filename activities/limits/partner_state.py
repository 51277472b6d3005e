"""The state of one partner in one process: its slots, its calls and its circuit."""

from collections.abc import Callable
from datetime import timedelta

from activities.limits.calls_in_flight import Call, CallsInFlight
from activities.limits.circuit_breaker import CircuitBreaker, Probe
from activities.limits.rate_limiter import RateLimiter
from domain.errors import PartnerRateLimited, PartnerUnavailable

MonotonicClock = Callable[[], float]
"""Returns seconds since any instant; never steps back."""


class PartnerState:
    """What one process knows of one partner."""

    def __init__(self, clock: MonotonicClock) -> None:
        """Start with everything allowed."""
        self._clock = clock
        self._calls = CallsInFlight()
        self.rate_limiter = RateLimiter()
        self.circuit = CircuitBreaker()

    def begin_call(self, key: str, rate: float, concurrency: int) -> Call:
        """Start a call; raises `PartnerRateLimited` or `PartnerUnavailable` where it may not."""
        now = self._clock()
        # A partner that answers slowly is not called more often than it can answer.
        self.rate_limiter.set_rate(rate, self._calls.expected_duration(now) / concurrency)
        probe = None
        if self.circuit.is_closed:
            self._wait_for_slot(key, now, concurrency)
        else:
            probe = self._take_probe(now)
        call = Call(now, probe)
        self.rate_limiter.record_call(now)
        self._calls.add(call)
        return call

    def end_call(self, call: Call) -> None:
        """End a call, however it went."""
        self._calls.remove(call, self._clock())
        if call.probe:
            self.circuit.abandon_probe(call.probe)

    def record_success(self) -> None:
        """Allow calls as usual: the partner answered."""
        if not self.circuit.is_closed:
            self.rate_limiter.reset_slots(self._clock())
        self.circuit.record_success()

    def record_failure(self, call: Call) -> timedelta | None:
        """Count an unanswered call; return its claim's delay, `None` for the usual one."""
        interval = self.rate_limiter.slot_interval
        delay = self.circuit.record_failure(self._clock(), call.probe, interval)
        return None if delay is None else timedelta(seconds=delay)

    def pause_for(self, seconds: float, key: str) -> float:
        """Stop all calls for the time that the partner requested (`Retry-After`).

        Returns the seconds until the slot of `key` after the pause.
        """
        self.record_success()
        now = self._clock()
        self.rate_limiter.pause(now + seconds)
        return self.rate_limiter.reserve(key, now) - now

    def _wait_for_slot(self, key: str, now: float, concurrency: int) -> None:
        delay = self.rate_limiter.delay(key, now, is_full=len(self._calls) >= concurrency)
        if delay:
            message = "rate limited: other claims of this partner are queued first"
            raise PartnerRateLimited(message, timedelta(seconds=delay))

    def _take_probe(self, now: float) -> Probe:
        probe = self.circuit.start_probe(now)
        if probe is None:
            retry_after = timedelta(seconds=self.circuit.retry_delay(now))
            raise PartnerUnavailable("circuit open: probed by one claim at a time", retry_after)
        return probe
