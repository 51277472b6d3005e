"""Reading the security log."""

import json
from typing import Any

import pytest


class SecurityLines:
    """The security log of a test."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Read the lines that pytest captured."""
        self._caplog = caplog

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the lines about an event, without client and request."""
        lines = [json.loads(r.getMessage()) for r in self._caplog.records if r.name == "security"]
        found = [line for line in lines if line.pop("event") == event]
        for line in found:
            assert line.pop("address") == "127.0.0.1"
            assert line.pop("request_id")
        return found

    @property
    def text(self) -> str:
        """All lines of the log."""
        return "\n".join(r.getMessage() for r in self._caplog.records if r.name == "security")
