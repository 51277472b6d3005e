"""The event checks of the demonstration find every missing or wrong event."""

from datetime import UTC, datetime
from typing import Any

from domain.admission.admission import AdmissionResult
from domain.tickets.snapshot import TicketOutcome
from domain.tickets.states import State
from local.demo.checks import Observations
from local.demo.event_checks import check_events
from local.demo.runner import ScenarioResult
from local.demo.scenarios import ClaimRow, Scenario, ScenarioSteps

ROW = ClaimRow(
    request_key="key-1",
    account_id="acc-1",
    email="jan@example.com",
    kind="missing_cashback",
    partner_id="velotel",
    expected_status="accepted",
    expected_state=State.REJECTED,
)
STATES = ["created", "validated", "sent_to_partner", "rejected"]


def an_event(seq: int) -> dict[str, Any]:
    """The event of transition `seq`."""
    return {
        "event_id": str(100 + seq),
        "number": ROW.number,
        "seq": seq,
        "from": STATES[seq - 1],
        "to": STATES[seq],
        "at": datetime.now(UTC).isoformat(),
    }


def results(state: State = State.REJECTED) -> list[ScenarioResult]:
    """The result of one scenario that ran to its end."""
    admission = AdmissionResult(
        status="accepted", number=ROW.number, state=State.VALIDATED, digest=""
    )
    outcome = TicketOutcome(number=ROW.number, state=state)
    return [ScenarioResult(Scenario(row=ROW, claim={}, steps=ScenarioSteps()), admission, outcome)]


def problems(
    events: list[dict[str, Any]], webhooks: list[dict[str, Any]] | None = None
) -> list[str]:
    """The found problems; by default, the webhooks contain the same events."""
    received = [
        {"webhook_id": event["event_id"], "event": event, "times": 1}
        for event in (events if webhooks is None else webhooks)
    ]
    return check_events(results(), Observations(events=events, webhooks=received))


EVENTS = [an_event(seq) for seq in (1, 2, 3)]


def test_complete_events_raise_no_problem() -> None:
    assert problems(EVENTS) == []


def test_a_transition_that_is_missing_in_the_middle_or_at_the_end_is_found() -> None:
    assert "transitions [1, 3]" in problems([EVENTS[0], EVENTS[2]])[0]
    assert "ends as sent_to_partner instead of rejected" in problems(EVENTS[:2])[0]
    assert "ends as created" in problems([])[0]


def test_transitions_in_the_wrong_order_are_found() -> None:
    assert "transitions [2, 1, 3]" in problems([EVENTS[1], EVENTS[0], EVENTS[2]])[0]


def test_a_missing_or_different_webhook_is_found() -> None:
    assert problems(EVENTS, EVENTS[:2]) == [f"webhooks: event 103 of {ROW.number} did not arrive"]
    changed = EVENTS[2] | {"to": "resolved"}
    assert problems(EVENTS, [*EVENTS[:2], changed])[0].endswith("arrived with other content")


def test_a_webhook_without_an_event_is_found() -> None:
    stray = EVENTS[0] | {"event_id": "999"}
    assert problems(EVENTS, [*EVENTS, stray]) == ["webhooks: 999 names no known event"]
