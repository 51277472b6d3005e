"""A simulated partner behind the limiter, with a clock that only the test advances."""

import heapq
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from activities.limits.circuit_breaker import FAILURE_THRESHOLD
from activities.limits.partner_limiter import PartnerLimiter
from activities.limits.partner_state import PartnerState
from domain.errors import PartnerUnavailable, TransientError
from domain.partners.channels import HttpChannel
from tests.support.builders import a_profile

DOWN: Final = PartnerUnavailable("answered 500")


class LimitedPartner:
    """A partner with the limits of its channel, and calls that send claims to it."""

    def __init__(self, processes: int = 1, **channel: Any) -> None:
        """Limit calls as for a channel with these fields."""
        self.now = 1000.0
        self.limiter = PartnerLimiter(lambda: self.now, processes)
        self.channel = HttpChannel.model_validate(a_profile().channel.model_dump() | channel)

    @property
    def state(self) -> PartnerState:
        """The state that the limiter has of the only called partner."""
        (state,) = self.limiter._partners.values()
        return state

    def acquire(self, key: str = "a", partner: str = "velotel") -> AbstractContextManager[None]:
        """The context of a call for one claim."""
        return self.limiter.acquire(partner, self.channel, key)

    def call(
        self, key: str = "a", partner: str = "velotel", raises: Exception | None = None
    ) -> None:
        """Make a call that takes no time."""
        with self.acquire(key, partner):
            if raises:
                raise raises

    def retry_after(self, key: str = "a", raises: Exception | None = None) -> float | None:
        """Seconds until the claim is retried; `None` if it was sent or is retried as usual."""
        try:
            self.call(key, raises=raises)
        except TransientError as error:
            return error.retry_after.total_seconds() if error.retry_after else None
        return None

    def open_circuit(self) -> float | None:
        """Fail until the circuit opens."""
        return [self.retry_after(f"down-{i}", raises=DOWN) for i in range(FAILURE_THRESHOLD)][-1]


@contextmanager
def calls_in_progress(partner: LimitedPartner, *keys: str) -> Iterator[None]:
    """Keep one call per key in progress."""
    calls = [partner.acquire(key) for key in keys]
    for call in calls:
        call.__enter__()
    yield
    for call in calls:
        call.__exit__(None, None, None)


def simulate(
    partner: LimitedPartner, claims: int, seconds: float, late: float = 0.0, down: bool = False
) -> tuple[list[float], int]:
    """Send claims at once, and again after the delay of the limiter; return the times of the calls
    that were made, and how often claims were deferred. Retries are `late` by so many seconds.
    """
    start, calls, deferred = partner.now, [], 0
    queue = [(partner.now, index) for index in range(claims)]
    while queue and queue[0][0] < start + seconds:
        partner.now, claim = heapq.heappop(queue)
        delay = partner.retry_after(f"claim-{claim}", raises=DOWN if down else None)
        if delay is None and not down:
            calls.append(partner.now)
        else:
            deferred += 1
            heapq.heappush(queue, (partner.now + (delay or 1.0) + late, claim))
    return calls, deferred


def max_calls_per_minute(calls: list[float]) -> int:
    """The maximum number of calls in any sixty seconds."""
    return max(sum(start <= call < start + 60 for call in calls) for start in calls)
