"""A step is in the history before it is in the database: a worker may die between any two
lines, and what it leaves undone is fields again, with whatever has come meanwhile.
"""

import json
from typing import Final

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.recorded_paths import PATHS
from tests.workflow.conftest import EnvironmentFactory

ASKED_ALIKE: Final = {"admit_claim", "get_request_result", "recheck_rewards", "find_objection"}
"""The same whenever they are asked: a result that is lost loses nothing."""
STEPS: Final = {
    "resolved": {"apply_changes", "settle_ticket"},
    "silence-confirms": {"apply_changes", "confirm_on_timeout", "settle_ticket"},
    "question-answered": {"apply_changes", "save_information"},
    "held-and-released": {"apply_changes"},
}
OTHERS: Final = {"deliver_claim", "send_email"}


async def local(env: TicketEnvironment) -> set[str]:
    """The local activities whose results the history holds: known only after their effect."""
    return {
        json.loads(payload.data)["activity_type"]
        async for event in env.handle.fetch_history_events()
        for payload in event.marker_recorded_event_attributes.details["data"].payloads
        if event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    }


async def scheduled(env: TicketEnvironment) -> set[str]:
    """The activities that the history asked for before they began."""
    return {
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in env.handle.fetch_history_events()
        if event.HasField("activity_task_scheduled_event_attributes")
    }


@pytest.mark.parametrize("name", STEPS)
async def test_every_step_is_in_the_history_before_it_is_in_the_database(
    open_env: EnvironmentFactory, name: str
) -> None:
    path = PATHS[name]
    async with open_env(velotel=path.velotel) as env:
        await path.run(env)
        await env.wait_until_closed()
        assert await local(env) <= ASKED_ALIKE
        assert await scheduled(env) - OTHERS >= STEPS[name]
