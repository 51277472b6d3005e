"""The Actions that the Temporal server has counted: what Temporal Cloud would bill."""

import asyncio
from collections import Counter
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from local.stack.temporal import NAMESPACE

LAG_SECONDS: Final = 4.0


class ActionCounter:
    """Counts the Actions of the default namespace from one reading to the next."""

    def __init__(self, metrics_url: str) -> None:
        """Read the metrics at this address."""
        self._metrics_url = metrics_url
        self._before = 0

    async def count(self) -> int:
        """Return how many there were since the last reading.

        Waits first: the server shows its counters a few seconds late.
        """
        await asyncio.sleep(LAG_SECONDS)
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(self._metrics_url)).raise_for_status().text
        before, self._before = self._before, _actions(text).total()
        return self._before - before


def _actions(text: str) -> Counter[str]:
    """Return the Actions so far, by type."""
    counts: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            is_ours = sample.labels.get("namespace") == NAMESPACE
            if is_ours and sample.name in ("action", "action_total"):
                counts[sample.labels.get("action_type", "")] += int(sample.value)
    return counts
