"""The Actions that the Temporal server has counted: what Temporal Cloud would bill."""

import asyncio
from collections import Counter
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from local.stack.temporal import NAMESPACE

LAG_SECONDS: Final = 4.0


async def count_actions(metrics_url: str) -> Counter[str]:
    """Return the Actions of the default namespace so far, by type.

    Waits first: the server shows its counters a few seconds late.
    """
    await asyncio.sleep(LAG_SECONDS)
    async with httpx.AsyncClient(trust_env=False) as http:
        text = (await http.get(metrics_url)).raise_for_status().text
    counts: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            is_ours = sample.labels.get("namespace") == NAMESPACE
            if is_ours and sample.name in ("action", "action_total"):
                counts[sample.labels.get("action_type", "")] += int(sample.value)
    return counts
