"""Observing the results of a demonstration from outside."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from adapters.postgres.decisions.grants import list_grants
from local.demo import checks
from local.demo.checks import Observations
from local.demo.connections import Connections
from local.demo.event_checks import check_events
from local.demo.runner import ScenarioResult

SETTLE_TIMEOUT_SECONDS: Final = 30.0  # seconds for e-mails and webhooks after the last ticket's end
POLL_SECONDS: Final = 0.2


async def observe(
    results: Sequence[ScenarioResult],
    connections: Connections,
    received: Sequence[Mapping[str, Any]] = (),
    timeout_seconds: float = SETTLE_TIMEOUT_SECONDS,
) -> Observations:
    """Return what is visible from outside once the last e-mail and webhook have arrived, or at the
    time-out; `received` are the claims of partners that are served by e-mail and by file.
    """
    until = time.monotonic() + timeout_seconds
    while True:
        observations = Observations(
            emails=checks.emails_by_number(await read_records(connections.mailbox, "/emails.json")),
            claims=checks.claims_by_number(
                [*await read_records(connections.partners, "/claims.json"), *received]
            ),
            grants=await list_grants(connections.database),
            events=await connections.gateway.events(),
            webhooks=await read_records(connections.platform, "/webhooks.json"),
        )
        missing = checks.emails_missing(results, observations) or check_events(
            results, observations
        )
        if time.monotonic() > until or not missing:
            return observations
        await asyncio.sleep(POLL_SECONDS)


async def read_records(part: httpx.AsyncClient, path: str) -> Any:
    """Get all that a program has recorded; repeated until it answers."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            return (await part.get(path)).json()
        await asyncio.sleep(POLL_SECONDS)
