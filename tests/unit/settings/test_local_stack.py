"""The settings that a running local stack leaves for the commands."""

from pathlib import Path

import pytest

from domain.errors import InvalidConfiguration
from settings.local_stack import STACK_SETTINGS_FILE, dump_settings, use_local_stack

STACK = {
    "DATABASE_URL": "postgresql://stack",
    "TEMPORAL_ADDRESS": "127.0.0.1:1",
    "TICKETS_PARTNER_SECRET_VELOTEL": "whsec_x",
}


def test_the_settings_of_the_stack_replace_all_others(tmp_path: Path) -> None:
    """Also those that it has not, and those in files."""
    environment = {"PATH": "/bin", "DATABASE_URL_FILE": "x", "TICKETS_X": "1"}
    (tmp_path / STACK_SETTINGS_FILE).write_text(dump_settings(STACK | {"PATH": "/other"}))
    use_local_stack(tmp_path, environment)
    assert environment == {"PATH": "/bin", **STACK}


@pytest.mark.parametrize("content", [None, "", "{"])
def test_a_folder_without_a_running_stack_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / STACK_SETTINGS_FILE).write_text(content)
    with pytest.raises(
        InvalidConfiguration, match=r"--state-dir: expected the folder of a running"
    ):
        use_local_stack(tmp_path, {})
