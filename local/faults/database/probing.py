"""Asks worker and gateway all the time whether they are ready; compares it with what is true."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

PROBE_SECONDS: Final = 0.2
PROBE_TIMEOUT: Final = 6.0
TOLERANCE_SECONDS: Final = 4.0
"""A result counts for a second, and a check takes two at most; one second for this machine."""
READY: Final = 200
NOT_READY: Final = 503


@dataclass(frozen=True)
class TruePhase:
    """What was true from `begun` to `ended`, in seconds of the monotonic clock."""

    name: str
    is_ready: bool
    begun: float
    ended: float

    @property
    def expected(self) -> int:
        """The right status of a probe."""
        return READY if self.is_ready else NOT_READY


@dataclass(frozen=True)
class Sample:
    """A probe's status, 0 for no answer, and when it was sent."""

    at: float
    status: int


@dataclass
class ReadinessProbes:
    """The probes of each program, by its name."""

    addresses: Mapping[str, str]
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    async def run(self) -> None:
        """Probe until cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=PROBE_TIMEOUT) as http:
            await asyncio.gather(*(self._probe(http, name) for name in self.addresses))

    async def _probe(self, http: httpx.AsyncClient, name: str) -> None:
        found = self.samples.setdefault(name, [])
        while True:
            begun, status = time.monotonic(), 0
            with contextlib.suppress(httpx.HTTPError):
                status = (await http.get(self.addresses[name])).status_code
            found.append(Sample(begun, status))
            await asyncio.sleep(PROBE_SECONDS)

    def agreement(self, name: str, phase: TruePhase) -> tuple[float | None, list[Sample]]:
        """Return after how many seconds a program said what is true, and what it said wrongly
        after the tolerance.
        """
        during = [one for one in self.samples[name] if phase.begun <= one.at < phase.ended]
        agreed = next((one.at for one in during if one.status == phase.expected), None)
        late = [one for one in during if one.at >= phase.begun + TOLERANCE_SECONDS]
        wrong = [one for one in late if one.status != phase.expected]
        return (None if agreed is None else agreed - phase.begun), wrong


def readiness_faults(probes: ReadinessProbes, phases: Sequence[TruePhase]) -> Iterator[str]:
    """Yield one line for each program that said something wrong in a phase."""
    for phase in phases:
        for name in probes.addresses:
            agreed, wrong = probes.agreement(name, phase)
            statuses = sorted({one.status for one in wrong})
            if wrong or agreed is None:
                yield f"{phase.name}: {name} answered {statuses}, right is {phase.expected}"
