"""The security log, as the tests of this folder read it."""

import logging

import pytest

from tests.gateway.server.requests.security_lines import SecurityLines


@pytest.fixture
def security_lines(caplog: pytest.LogCaptureFixture) -> SecurityLines:
    """The security log of this test."""
    caplog.set_level(logging.INFO, "security")
    return SecurityLines(caplog)
