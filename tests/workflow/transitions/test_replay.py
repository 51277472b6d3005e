"""Recorded histories of each path: the workflow of today must still tell every one of them."""

import json

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from scripts.record_histories import FOLDER
from tests.support.workflow.recorded_paths import PATHS
from worker import SANDBOX
from workflows.data_converter import DATA_CONVERTER
from workflows.support_ticket import SupportTicket

RECORDED = sorted(path.stem for path in FOLDER.glob("*.json"))


async def replay(text: str) -> None:
    """Replay a history; raises `NondeterminismError` where the workflow would do otherwise."""
    replayer = Replayer(
        workflows=[SupportTicket], data_converter=DATA_CONVERTER, workflow_runner=SANDBOX
    )
    content = json.loads(text)
    history = WorkflowHistory.from_json(content["workflow_id"], content["history"])
    await replayer.replay_workflow(history)


def recorded(name: str) -> str:
    """A recorded history, with the ticket's number."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def test_every_path_has_its_history() -> None:
    assert set(PATHS) <= set(RECORDED)


@pytest.mark.parametrize("name", RECORDED or ["none is recorded"])
async def test_a_recorded_history_is_replayed_without_differences(name: str) -> None:
    await replay(recorded(name))


async def test_a_history_that_goes_another_way_is_noticed() -> None:
    fields = recorded("rejected")
    assert "send_email" in fields
    with pytest.raises(NondeterminismError):
        await replay(fields.replace("send_email", "send_postcard"))


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_history_names_no_machine(name: str) -> None:
    text = recorded(name)
    assert '"stackTrace"' not in text
    identities = {
        attributes["identity"]
        for event in json.loads(text)["history"]["events"]
        for attributes in event.values()
        if isinstance(attributes, dict) and "identity" in attributes
    }
    assert identities <= {"tests", ""}
