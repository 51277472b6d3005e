"""Limits the calls to each partner: a rate limiter, a concurrency limit and a circuit breaker.

No claim waits in an activity slot of the worker: one that may not be sent yet is deferred, with
the delay after which it comes back. All state belongs to one worker process.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from activities.limits.partner_state import MonotonicClock, PartnerState
from domain.errors import PartnerThrottled, PartnerUnavailable, PermanentError
from domain.partners.channels import RateLimits


class PartnerLimiter:
    """The limits of all partners, as far as this process calls them."""

    def __init__(self, clock: MonotonicClock = time.monotonic, processes: int = 1) -> None:
        """Use this process's share of limits that `processes` worker processes share."""
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
            partner.record_success()  # the partner answered; the error is about the claim
            raise
        else:
            partner.record_success()
        finally:
            partner.end_call(call)  # an internal error reveals nothing about the partner
