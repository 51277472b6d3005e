"""The pace at which each partner is called: its rate, its concurrency, and whether it answers.

Nobody waits in a slot of the worker: a claim whose turn has not come is refused with the time after
which it comes back, and its turn is kept for it. Pure bookkeeping, of one worker process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, NoReturn

from domain.errors import PartnerRateLimited, PartnerThrottled, PartnerUnavailable, PermanentError
from domain.partners.profile import RateLimits

Clock = Callable[[], float]
"""Seconds since any moment; never steps back."""

FAILURES_IN_A_ROW: Final = 5
"""After so many a partner is held to be down, and asked by one claim at a time."""
LONGEST_PAUSE: Final = 300.0
"""Seconds: the cap of every delay but a `Retry-After`; turns are kept for no later than that."""
FIRST_PAUSE: Final = 2.0
"""Seconds from the first failed probe to the next; doubles."""
RETURNS_APART: Final = 0.5
"""Seconds between two claims that ask whether a partner is up again: 2,000 are no storm."""
MANNERS: Final = 5.0
"""Seconds: a claim that probed in vain leaves the next probe to others that wait, so that one that
the partner cannot digest does not stand in the way of all."""
AT_ONCE: Final = 1.0
"""Seconds: after a silence the calls of so long may go out together."""
LATENESS: Final = 5.0
"""Seconds: turns missed for so long are made up for; a minute holds 8 % more calls at most."""
FORGOTTEN: Final = 600.0
"""Seconds after its turn until a claim that never came back is forgotten."""
PUNCTUAL: Final = 0.05
_LEARNING: Final = 0.2
_GOLDEN: Final = 0.618034


class Pace:
    """The roads to all partners, as this process sees them."""

    def __init__(self, clock: Clock = time.monotonic, processes: int = 1) -> None:
        """Tell time by `clock`; this process gets its share of what `processes` may do together."""
        self._clock = clock
        self._processes = processes
        self._roads: dict[str, Road] = {}

    @contextmanager
    def turn(self, partner_id: str, channel: RateLimits, key: str) -> Iterator[None]:
        """Call the partner within it; what the call raises goes into the books.

        Raises `PartnerRateLimited`, `PartnerThrottled` or `PartnerUnavailable` with `retry_after`.
        """
        road = self._roads.setdefault(partner_id, Road(self._clock))
        rate = channel.requests_per_second / self._processes
        begun = road.enter(key, rate, max(1, channel.concurrency // self._processes))
        try:
            yield
        except PartnerThrottled as error:
            road.leave(begun)
            wait = road.closed_for(key, error.retry_after.total_seconds())
            raise PartnerThrottled(str(error), timedelta(seconds=wait)) from error
        except PartnerUnavailable as error:
            pause = road.failed(begun)
            road.leave(begun)
            again = None if pause is None else timedelta(seconds=pause)
            raise PartnerUnavailable(str(error), again) from error
        except PermanentError:
            road.leave(begun)
            road.answered()
            raise
        except BaseException:
            road.leave(begun)  # our own trouble says nothing about the partner
            raise
        road.leave(begun)
        road.answered()


class Road:
    """The road to one partner."""

    def __init__(self, clock: Clock) -> None:
        """Begin with a free road."""
        self._clock = clock
        self._interval = 0.0
        self._turns: dict[str, float] = {}  # by key, in the order of their time
        self._booked_until = self._paid_until = self._closed_until = float("-inf")
        self._under_way: list[float] = []
        self._takes = 0.0
        self._sent_away = 0
        self._failures = self._vain_probes = 0
        self._probe: float | None = None
        self._next_probe = self._returns_until = float("-inf")

    @property
    def is_down(self) -> bool:
        """Whether the partner failed so often that only probes go out."""
        return self._failures >= FAILURES_IN_A_ROW

    def enter(self, key: str, rate: float, concurrency: int) -> float:
        """Return when the call begins, its name in `leave` and `failed`; raises when it may not."""
        now = self._clock()
        self._interval = max(1 / rate, self._time_of_a_call(now) / concurrency)
        if self.is_down:
            self._probe_or_wait(now)
        else:
            self._go_or_wait(key, now, is_full=len(self._under_way) >= concurrency)
        self._paid_until = max(self._paid_until, now - LATENESS) + 1 / rate
        self._under_way.append(now)
        return now

    def leave(self, begun: float) -> None:
        """End a call, and learn how long one takes."""
        self._under_way.remove(begun)
        self._takes += _LEARNING * (self._clock() - begun - self._takes)
        if self._probe == begun:
            self._probe = None

    def answered(self) -> None:
        """The partner answers, whatever it said: everybody may go again."""
        if self.is_down:
            self._booked_until = self._clock()
        self._failures = self._vain_probes = 0

    def closed_for(self, key: str, seconds: float) -> float:
        """The partner asked for a pause, which holds for all; return after how long `key` goes."""
        self.answered()
        now = self._clock()
        self._closed_until = max(self._closed_until, now + seconds)
        return self._book(key, now) - now

    def failed(self, begun: float) -> float | None:
        """The partner did not answer; return the pause, or `None` where the usual one will do."""
        now, was_down = self._clock(), self.is_down
        self._failures += 1
        if not self.is_down:
            return None
        if was_down and begun != self._probe:
            return self._pause(now)  # begun before the partner was held to be down
        pause = min(FIRST_PAUSE * 2.0**self._vain_probes, LONGEST_PAUSE)
        self._vain_probes = min(self._vain_probes + 1, 10)
        self._next_probe = now + max(pause, min(self._interval, LONGEST_PAUSE))
        return self._next_probe - now + MANNERS

    def _go_or_wait(self, key: str, now: float, is_full: bool) -> None:
        turn = self._turns.get(key)
        if turn is None or turn < self._closed_until:
            turn = self._book(key, now)
        if turn > now + PUNCTUAL:
            _wait(turn - now)
        if is_full or self._paid_until > now:
            self._booked_until = max(self._booked_until, now + self._interval)
            _wait(self._book(key, now) - now)
        del self._turns[key]

    def _book(self, key: str, now: float) -> float:
        """Return the turn of `key`, the next that is free; where that is far off, only when to come
        back and ask.
        """
        self._forget(now)
        self._turns.pop(key, None)
        opens = max(now, self._closed_until)
        turn = max(self._booked_until, self._closed_until, now - AT_ONCE)
        if turn - opens > LONGEST_PAUSE:
            return opens + self._spread()
        self._turns[key] = turn
        self._booked_until = turn + self._interval
        return turn

    def _probe_or_wait(self, now: float) -> None:
        if self._probe is not None or now < self._next_probe - PUNCTUAL:
            pause = timedelta(seconds=self._pause(now))
            raise PartnerUnavailable("fails: asked by one claim at a time", pause)
        self._probe = now

    def _pause(self, now: float) -> float:
        """Return after how long a claim asks again, each at a moment of its own."""
        earliest = self._next_probe if self._next_probe > now else now + MANNERS
        comes = max(earliest, self._returns_until)
        if comes - now > LONGEST_PAUSE:
            return self._spread()
        self._returns_until = comes + RETURNS_APART
        return comes - now

    def _spread(self) -> float:
        """Return one of many moments in the second half of the longest pause."""
        self._sent_away += 1
        return LONGEST_PAUSE * (1 + self._sent_away * _GOLDEN % 1) / 2

    def _time_of_a_call(self, now: float) -> float:
        """Return seconds: what calls took lately, or the one that is under way for longest."""
        return max(self._takes, now - self._under_way[0] if self._under_way else 0.0)

    def _forget(self, now: float) -> None:
        while self._turns:
            key, turn = next(iter(self._turns.items()))
            if turn > now - FORGOTTEN:
                return
            del self._turns[key]


def _wait(seconds: float) -> NoReturn:
    raise PartnerRateLimited("others of this partner go first", timedelta(seconds=seconds))
