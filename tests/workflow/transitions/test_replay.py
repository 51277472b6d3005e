"""Recorded histories of each path: the current workflow must replay every one of them."""

import json

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from process.workflow_sandbox import SANDBOX
from scripts.record_histories import FOLDER
from tests.support.stricter_checks import stricter_checks
from tests.support.workflow.recorded_paths import PATHS
from workflows.data_converter import DATA_CONVERTER
from workflows.support_ticket import SupportTicket

HISTORIES = sorted(path.stem for path in FOLDER.glob("*.json"))


async def replay(recorded: str) -> None:
    """Replay a history; raises `NondeterminismError` if the workflow's commands differ from it."""
    replayer = Replayer(
        workflows=[SupportTicket], data_converter=DATA_CONVERTER, workflow_runner=SANDBOX
    )
    content = json.loads(recorded)
    history = WorkflowHistory.from_json(content["workflow_id"], content["history"])
    await replayer.replay_workflow(history)


def read_history(name: str) -> str:
    """Read a recorded history, as JSON with the ticket's number."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def test_every_path_has_a_history() -> None:
    assert set(PATHS) <= set(HISTORIES)


@pytest.mark.parametrize("name", HISTORIES or ["no histories"])
async def test_a_recorded_history_is_replayed_without_differences(name: str) -> None:
    await replay(read_history(name))


@pytest.mark.parametrize("name", HISTORIES)
async def test_a_history_is_replayed_whatever_a_later_version_checks(name: str) -> None:
    """Checks of stored content; what a signal or an update contains is decided at its arrival."""
    with stricter_checks():
        await replay(read_history(name))


async def test_a_changed_history_fails_to_replay() -> None:
    history = read_history("rejected")
    assert "send_email" in history
    with pytest.raises(NondeterminismError):
        await replay(history.replace("send_email", "send_postcard"))


@pytest.mark.parametrize("name", HISTORIES)
def test_a_recorded_history_does_not_name_the_machine(name: str) -> None:
    history = read_history(name)
    assert '"stackTrace"' not in history
    identities = {
        attributes["identity"]
        for event in json.loads(history)["history"]["events"]
        for attributes in event.values()
        if isinstance(attributes, dict) and "identity" in attributes
    }
    assert identities <= {"tests", ""}
