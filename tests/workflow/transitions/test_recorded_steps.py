"""A step is recorded in the history before its effect is in the database: a worker may stop at any
line, and the unfinished step is repeated, together with the messages that arrived meanwhile.
"""

import json
from typing import Final

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.recorded_paths import PATHS
from tests.workflow.conftest import EnvironmentFactory

REPEATABLE: Final = {"admit_claim", "get_request_result", "recheck_rewards", "find_objection"}
"""Repeated after a lost result, they return the same again."""
WRITING_ACTIVITIES: Final = {
    "resolved": {"apply_changes", "settle_ticket"},
    "timeout-confirms": {"apply_changes", "confirm_on_timeout", "settle_ticket"},
    "question-answered": {"apply_changes", "save_information"},
    "held-and-released": {"apply_changes"},
}
DELIVERIES: Final = {"deliver_claim", "send_email"}


async def local_activities(env: TicketEnvironment) -> set[str]:
    """The local activities in the history: each is recorded only after its effect."""
    return {
        json.loads(payload.data)["activity_type"]
        async for event in env.handle.fetch_history_events()
        for payload in event.marker_recorded_event_attributes.details["data"].payloads
        if event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    }


async def scheduled_activities(env: TicketEnvironment) -> set[str]:
    """The activities that were scheduled in the history before they started."""
    return {
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in env.handle.fetch_history_events()
        if event.HasField("activity_task_scheduled_event_attributes")
    }


@pytest.mark.parametrize("name", WRITING_ACTIVITIES)
async def test_every_step_is_in_the_history_before_it_is_in_the_database(
    open_env: EnvironmentFactory, name: str
) -> None:
    path = PATHS[name]
    async with open_env(velotel=path.velotel) as env:
        await path.run(env)
        await env.wait_until_closed()
        assert await local_activities(env) <= REPEATABLE
        assert await scheduled_activities(env) - DELIVERIES >= WRITING_ACTIVITIES[name]
