"""Limits the calls to each partner: a rate limiter, a concurrency limit and a circuit breaker.

Nobody waits in a slot of the worker: a claim that may not call yet is refused with the delay after
which it comes back. All state belongs to one worker process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from activities.calls_in_flight import Call, CallsInFlight
from activities.circuit_breaker import CircuitBreaker, Probe
from activities.rate_limiter import RateLimiter
from domain.errors import PartnerRateLimited, PartnerThrottled, PartnerUnavailable, PermanentError
from domain.partners.channels import RateLimits

MonotonicClock = Callable[[], float]
"""Returns seconds since any instant; never steps back."""


class PartnerLimiter:
    """The limits of all partners, as far as this process calls them."""

    def __init__(self, clock: MonotonicClock = time.monotonic, processes: int = 1) -> None:
        """Use this process's share of the limits that `processes` have together."""
        self._clock = clock
        self._processes = processes
        self._partners: dict[str, PartnerState] = {}

    @contextmanager
    def acquire(self, partner_id: str, limits: RateLimits, key: str) -> Iterator[None]:
        """Call the partner inside this context; `key` names the claim, for its reservation.

        Raises `PartnerRateLimited`, `PartnerThrottled` or `PartnerUnavailable` with `retry_after`,
        before the call or as the call's own error.
        """
        partner = self._partners.setdefault(partner_id, PartnerState(self._clock))
        rate = limits.requests_per_second / self._processes
        call = partner.begin_call(key, rate, max(1, limits.concurrency // self._processes))
        try:
            yield
        except PartnerThrottled as error:
            delay = partner.pause_for(error.retry_after.total_seconds(), key)
            raise PartnerThrottled(str(error), timedelta(seconds=delay)) from error
        except PartnerUnavailable as error:
            retry_after = partner.record_failure(call)
            raise PartnerUnavailable(str(error), retry_after) from error
        except PermanentError:
            partner.record_success()  # the partner answered; what is wrong is the claim
            raise
        else:
            partner.record_success()
        finally:
            partner.end_call(call)  # an error of our own tells nothing about the partner


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
        # A partner that answers slowly is not asked more often than it can answer.
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
        """Let all calls out again: the partner answered."""
        if not self.circuit.is_closed:
            self.rate_limiter.reset_slots(self._clock())
        self.circuit.record_success()

    def record_failure(self, call: Call) -> timedelta | None:
        """Count an unanswered call; return its claim's delay, `None` for the usual one."""
        interval = self.rate_limiter.slot_interval
        delay = self.circuit.record_failure(self._clock(), call.probe, interval)
        return None if delay is None else timedelta(seconds=delay)

    def pause_for(self, seconds: float, key: str) -> float:
        """Stop all calls for as long as the partner asked (`Retry-After`).

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
