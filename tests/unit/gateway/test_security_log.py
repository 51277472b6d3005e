"""The security log: one line for each event, whatever it contains, and limited lines."""

import json
import logging
from typing import Any

import pytest

from gateway.http.security_events import MAX_LINES_PER_MINUTE, LineLimiter, SecurityEvent
from gateway.http.security_log import log_event, log_search


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the logged lines."""
    return [json.loads(r.getMessage()) for r in caplog.records if r.name == "security"]


@pytest.fixture(autouse=True)
def _capture_security_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "security")


def test_no_text_adds_a_line(caplog: pytest.LogCaptureFixture) -> None:
    hostile = 'eve\n{"event": "signed_in"}\r\x00\x1b[2J\x7f\u2028\u202e"'
    log_event(SecurityEvent.SIGNED_IN, subject=hostile)
    (line,) = lines(caplog)
    assert line["subject"] == hostile
    written = caplog.records[-1].getMessage()
    assert written.isascii()
    assert written.isprintable()


def test_long_text_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    log_event(SecurityEvent.SIGNED_IN, subject="x" * 100_000)
    assert len(caplog.records[-1].getMessage()) < 400


def test_a_search_is_logged_by_the_names_of_its_filters(caplog: pytest.LogCaptureFixture) -> None:
    log_search("anna", ["email", "partner_id"], 3)
    (line,) = lines(caplog)
    assert line == {
        "event": "tickets_searched", "agent": "anna", "by": "email,partner_id", "found": 3,
    }  # fmt: skip


def test_unauthenticated_events_are_limited_per_minute_and_counted() -> None:
    now = 0.0
    limiter = LineLimiter(lambda: now)
    admitted = [limiter.admits(SecurityEvent.TOKEN_REFUSED) for _ in range(1000)]
    assert sum(admitted) == MAX_LINES_PER_MINUTE
    assert limiter.admits(SecurityEvent.LOGIN_TOKEN_REFUSED), "one flood hides no other event"
    assert limiter.suppressed() == {}
    now = 60.0
    assert limiter.suppressed() == {SecurityEvent.TOKEN_REFUSED: 1000 - MAX_LINES_PER_MINUTE}
    assert limiter.suppressed() == {}
    assert limiter.admits(SecurityEvent.TOKEN_REFUSED)


def test_events_of_authenticated_users_are_always_logged() -> None:
    limiter = LineLimiter()
    assert all(limiter.admits(SecurityEvent.TICKET_READ) for _ in range(10 * MAX_LINES_PER_MINUTE))
