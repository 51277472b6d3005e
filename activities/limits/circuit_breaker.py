"""A circuit breaker: stops calls to a partner that keeps failing, and probes it one call at a time.

    closed ──(failures in a row)──▶ open ──(a probe is due and starts)──▶ half_open
      ▲                              ▲                                       │
      │                              └──(the probe fails, or reveals none)──┤
      └──────────────────────────(any call is answered)──────────────────────┘

Times are seconds of any monotonic clock.
"""

from enum import StrEnum
from typing import Final

from activities.limits.spread_delay import MAX_BACKOFF_SECONDS, SpreadDelay

FAILURE_THRESHOLD: Final = 5
"""Failures in a row that open the circuit."""
INITIAL_PROBE_BACKOFF_SECONDS: Final = 2.0
"""From the first failed probe to the next one; doubles with each."""
RETURN_SPACING_SECONDS: Final = 0.5
"""Between two rejected claims that come back, so that 2,000 of them do not come at once."""
FAILED_PROBE_PENALTY_SECONDS: Final = 5.0
"""Extra back-off for a claim whose probe failed, so that the next probe uses a different claim;
otherwise one poison claim could keep the circuit open."""
_TOLERANCE_SECONDS: Final = 0.05
_MAX_DOUBLINGS: Final = 10


class CircuitState(StrEnum):
    """Which calls are allowed: all of them, none, or the one probe in progress."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Probe:
    """The token of the one call that may test an open circuit."""


class CircuitBreaker:
    """The circuit of one partner."""

    def __init__(self) -> None:
        """Start closed."""
        self.state = CircuitState.CLOSED
        self._failures = self._failed_probes = 0
        self._probe: Probe | None = None
        self._next_probe_at = self._next_return_at = float("-inf")
        self._spread = SpreadDelay()

    @property
    def is_closed(self) -> bool:
        """Whether calls go out as usual."""
        return self.state is CircuitState.CLOSED

    def start_probe(self, now: float) -> Probe | None:
        """Half-open the circuit and return the token, if a probe is due and none is in progress."""
        if self.state is not CircuitState.OPEN or now < self._next_probe_at - _TOLERANCE_SECONDS:
            return None
        self.state, self._probe = CircuitState.HALF_OPEN, Probe()
        return self._probe

    def abandon_probe(self, probe: Probe) -> None:
        """Open the circuit again after a probe that revealed nothing about the partner."""
        if probe is self._probe:
            self.state, self._probe = CircuitState.OPEN, None

    def record_success(self) -> None:
        """Close the circuit: the partner answered, if only by refusing the claim."""
        self.state, self._probe = CircuitState.CLOSED, None
        self._failures = self._failed_probes = 0

    def record_failure(self, now: float, probe: Probe | None, min_delay: float) -> float | None:
        """Count a call that was not answered; return the seconds until its claim may try again.

        `None` while the circuit stays closed: the usual retries will do. `min_delay`: probes go out
        no more often than this, in seconds.
        """
        self._failures += 1
        if self._failures < FAILURE_THRESHOLD:
            return None
        if not self.is_closed and (probe is None or probe is not self._probe):
            return self.retry_delay(now)  # began before the circuit opened
        self._open(now, min_delay)
        return self._next_probe_at - now + FAILED_PROBE_PENALTY_SECONDS

    def retry_delay(self, now: float) -> float:
        """Return the seconds until a rejected claim may try again; each gets a different time."""
        is_due_later = self._next_probe_at > now
        earliest = self._next_probe_at if is_due_later else now + FAILED_PROBE_PENALTY_SECONDS
        returns_at = max(earliest, self._next_return_at)
        if returns_at - now > MAX_BACKOFF_SECONDS:
            return self._spread.next_seconds()
        self._next_return_at = returns_at + RETURN_SPACING_SECONDS
        return returns_at - now

    def _open(self, now: float, min_delay: float) -> None:
        backoff = min(INITIAL_PROBE_BACKOFF_SECONDS * 2.0**self._failed_probes, MAX_BACKOFF_SECONDS)
        self._failed_probes = min(self._failed_probes + 1, _MAX_DOUBLINGS)
        self._next_probe_at = now + max(backoff, min(min_delay, MAX_BACKOFF_SECONDS))
        self.state, self._probe = CircuitState.OPEN, None
