"""Reading the security log."""

import json
import logging
from typing import Any

import pytest


class Written:
    """The security log of a test."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Read it where pytest keeps it."""
        self._caplog = caplog

    def of(self, event: str) -> list[dict[str, Any]]:
        """Every line about an event, without where it came from."""
        told = [json.loads(r.getMessage()) for r in self._caplog.records if r.name == "security"]
        found = [line for line in told if line.pop("event") == event]
        for line in found:
            assert line.pop("address") == "127.0.0.1"
            assert line.pop("request_id")
        return found

    @property
    def text(self) -> str:
        """All that was written."""
        return "\n".join(r.getMessage() for r in self._caplog.records if r.name == "security")


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Written:
    """The security log of this test."""
    caplog.set_level(logging.INFO, "security")
    return Written(caplog)
