"""Bare workflows whose activities do nothing: the floors that a ticket's cost is compared with.

`SameShape` has the history of a ticket on the straight way as it was before its cost was reduced:
one local activity answered by Update-With-Start, seven remote ones, one signal. It stays as it is,
so that figures of different versions can be compared. `Lean` is the least that could do the job.
"""

import asyncio
from datetime import timedelta
from typing import Any, Final

from temporalio import activity, workflow

FLOOR_QUEUE: Final = "bench-floor"
TIMEOUT: Final = timedelta(seconds=30)
SMALL: Final[dict[str, Any]] = {"number": "x", "key": "1"}


@activity.defn
async def do_nothing(_payload: dict[str, Any]) -> str:
    """Return at once."""
    return "ok"


async def _locally(payload: dict[str, Any]) -> str:
    return await workflow.execute_local_activity(
        do_nothing, payload, start_to_close_timeout=TIMEOUT
    )


async def _remotely(payload: dict[str, Any]) -> str:
    return await workflow.execute_activity(do_nothing, payload, start_to_close_timeout=TIMEOUT)


class _Signalled:
    """The messages that both floors take."""

    def __init__(self) -> None:
        self.outcome: dict[str, Any] | None = None
        self.admitted: str | None = None

    async def _outcome(self) -> None:
        await workflow.wait_condition(lambda: self.outcome is not None)

    @workflow.signal
    def partner_outcome(self, outcome: dict[str, Any]) -> None:
        """Take the outcome."""
        self.outcome = outcome

    @workflow.update
    async def admit(self, _digest: str) -> str:
        """Answer once `run` has admitted."""
        await workflow.wait_condition(lambda: self.admitted is not None)
        return self.admitted or ""


@workflow.defn
class SameShape(_Signalled):
    """One local and seven remote activities, in the order of a ticket's."""

    @workflow.run
    async def run(self, claim: dict[str, Any]) -> str:
        """Go the whole way."""
        self.admitted = await _locally(claim)
        confirmation = asyncio.create_task(_remotely(SMALL))
        await _remotely(SMALL)  # delivery
        await _remotely(claim)  # claim_sent
        await confirmation
        await self._outcome()
        await _remotely(claim)  # partner_confirmed
        email = asyncio.create_task(_remotely(SMALL))
        await _remotely(claim)  # settlement
        await email
        await _remotely(SMALL)  # the last e-mail
        return "done"


@workflow.defn
class Lean(_Signalled):
    """Three local and three remote activities."""

    @workflow.run
    async def run(self, claim: dict[str, Any]) -> str:
        """Go the whole way."""
        self.admitted = await _locally(claim)
        await _remotely(claim)
        await _remotely(claim)
        await self._outcome()
        await _locally(claim)
        await _locally(claim)
        await _remotely(claim)
        return "done"
