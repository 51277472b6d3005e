"""The cost of a ticket that waits for its cancellation period (docs/decisions/0025)."""

import json
from collections import Counter
from pathlib import Path

import pytest

HISTORY = Path(__file__).parents[2] / "histories" / "resolved.json"
BOUNDS = {
    "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED": 5,
    "EVENT_TYPE_TIMER_STARTED": 2,
    "EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": 4,
    "EVENT_TYPE_MARKER_RECORDED": 1,
}


@pytest.mark.parametrize("event", BOUNDS)
def test_the_straight_way_takes_few_events_of_each_kind(event: str) -> None:
    events = json.loads(HISTORY.read_text(encoding="utf-8"))["history"]["events"]
    counts = Counter(one["eventType"] for one in events)
    assert 0 < counts[event] <= BOUNDS[event]
