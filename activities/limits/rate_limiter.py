"""A rate limiter with reservations, by the generic cell rate algorithm.

A caller that may not call yet is given the time of its reserved slot. Times are seconds of any
monotonic clock.
"""

from typing import Final

from activities.limits.gcra import NEVER, Gcra
from activities.limits.spread_delay import MAX_BACKOFF_SECONDS, SpreadDelay

MAX_BURST_SECONDS: Final = 1.0
"""After an idle time, the calls of this many seconds may go out at once."""
CATCH_UP_SECONDS: Final = 5.0
"""Missed slots are made up for this long: a minute holds 8 % more calls at most."""
RESERVATION_TTL_SECONDS: Final = 600.0
"""A reservation is dropped this long after its slot, if its caller never came back."""
CLOCK_TOLERANCE_SECONDS: Final = 0.05


class RateLimiter:
    """Limits the calls to one partner, and reserves slots for callers that have to wait."""

    def __init__(self) -> None:
        """Start without calls, reservations or a pause."""
        self._slots = Gcra(MAX_BURST_SECONDS)
        self._calls = Gcra(CATCH_UP_SECONDS)
        self._call_interval = self._slot_interval = 0.0
        self._paused_until = NEVER
        self._reservations: dict[str, float] = {}  # by key, in the order of their slots
        self._spread = SpreadDelay()

    @property
    def slot_interval(self) -> float:
        """Seconds between two reserved slots."""
        return self._slot_interval

    @property
    def reservation_count(self) -> int:
        """How many callers have a slot."""
        return len(self._reservations)

    def set_rate(self, per_second: float, min_slot_interval: float) -> None:
        """Allow this many calls per second; a slow partner's slots are further apart than that."""
        self._call_interval = 1 / per_second
        self._slot_interval = max(self._call_interval, min_slot_interval)

    def delay(self, key: str, now: float, *, is_full: bool) -> float:
        """Return 0 if the caller may call now, else the seconds until its slot.

        `is_full`: the partner's concurrency is used up. The caller keeps its slot if it comes back.
        """
        slot = self._reservations.get(key)
        if slot is None or slot < self._paused_until:
            slot = self.reserve(key, now)
        if slot > now + CLOCK_TOLERANCE_SECONDS:
            return slot - now
        if is_full or self._calls.arrival_time(now) > now:
            self._slots.postpone(now + self._slot_interval)
            return self.reserve(key, now) - now
        del self._reservations[key]
        return 0.0

    def reserve(self, key: str, now: float) -> float:
        """Reserve the next free slot and return its time.

        A slot too far ahead is not reserved; the time returned is then when to try again.
        """
        self._expire_reservations(now)
        self._reservations.pop(key, None)
        slot = max(self._slots.arrival_time(now), self._paused_until)
        first_possible = max(now, self._paused_until)
        if slot - first_possible > MAX_BACKOFF_SECONDS:
            return first_possible + self._spread.next_seconds()
        self._reservations[key] = slot
        self._slots.advance(slot, self._slot_interval)
        return slot

    def record_call(self, now: float) -> None:
        """Count a call that goes out now."""
        self._calls.advance(self._calls.arrival_time(now), self._call_interval)

    def pause(self, until: float) -> None:
        """Allow no call before `until`; a longer pause that was set before remains."""
        self._paused_until = max(self._paused_until, until)

    def reset_slots(self, now: float) -> None:
        """Assign slots from now on, regardless of earlier reservations."""
        self._slots.reset(now)

    def _expire_reservations(self, now: float) -> None:
        while self._reservations:
            key, slot = next(iter(self._reservations.items()))
            if slot > now - RESERVATION_TTL_SECONDS:
                return
            del self._reservations[key]
