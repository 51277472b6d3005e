"""Whether the demonstration notices a transition of which the platform received no event."""

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
PLACES = ["created", "validated", "sent_to_partner", "rejected"]


def an_event(seq: int) -> dict[str, Any]:
    """The `seq`th move of the ticket."""
    return {
        "event_id": str(100 + seq),
        "number": ROW.number,
        "seq": seq,
        "from": PLACES[seq - 1],
        "to": PLACES[seq],
        "at": datetime.now(UTC).isoformat(),
    }


def played(state: State = State.REJECTED) -> list[ScenarioResult]:
    """One claim that was played to its end."""
    answer = AdmissionResult(status="accepted", number=ROW.number, state=State.VALIDATED, digest="")
    outcome = TicketOutcome(number=ROW.number, state=state)
    return [ScenarioResult(Scenario(row=ROW, claim={}, steps=ScenarioSteps()), answer, outcome)]


def problems(
    events: list[dict[str, Any]], webhooks: list[dict[str, Any]] | None = None
) -> list[str]:
    """What is found to be wrong; webhooks say the same as the events, if nothing else is said."""
    came = [
        {"webhook_id": event["event_id"], "event": event, "times": 1}
        for event in (events if webhooks is None else webhooks)
    ]
    return check_events(played(), Observations(events=events, webhooks=came))


EVENTS = [an_event(seq) for seq in (1, 2, 3)]


def test_complete_events_raise_no_problem() -> None:
    assert problems(EVENTS) == []


def test_a_transition_that_is_missing_in_the_middle_or_at_the_end_is_noticed() -> None:
    assert "transitions [1, 3]" in problems([EVENTS[0], EVENTS[2]])[0]
    assert "ends as sent_to_partner instead of rejected" in problems(EVENTS[:2])[0]
    assert "ends as created" in problems([])[0]


def test_transitions_in_the_wrong_order_are_noticed() -> None:
    assert "transitions [2, 1, 3]" in problems([EVENTS[1], EVENTS[0], EVENTS[2]])[0]


def test_a_webhook_that_did_not_come_or_came_otherwise_is_noticed() -> None:
    assert problems(EVENTS, EVENTS[:2]) == [f"webhooks: event 103 of {ROW.number} did not come"]
    changed = EVENTS[2] | {"to": "resolved"}
    assert problems(EVENTS, [*EVENTS[:2], changed])[0].endswith("came otherwise")


def test_a_webhook_about_nothing_is_noticed() -> None:
    stray = EVENTS[0] | {"event_id": "999"}
    assert problems(EVENTS, [*EVENTS, stray]) == ["webhooks: 999 tells of no event"]
