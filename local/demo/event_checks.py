"""Whether the platform received every transition, in its event feed and as webhooks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from local.demo.checks import Observations
from local.demo.runner import ScenarioResult


def check_events(results: Iterable[ScenarioResult], observations: Observations) -> list[str]:
    """Return what the platform lacks or has with other content; empty if nothing is wrong."""
    events_by_number: dict[str, list[Mapping[str, Any]]] = {}
    for event in observations.events:
        events_by_number.setdefault(event["number"], []).append(event)
    ended = {one.admission.number: one for one in results if one.admission and one.state}
    problems = [
        line
        for number, one in ended.items()
        for line in _check_transitions(one, events_by_number.get(number, []))
    ]
    return [*problems, *check_webhooks(observations.events, observations.webhooks)]


def _check_transitions(one: ScenarioResult, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A ticket's events lead from its creation to its end, without a gap."""
    number = one.scenario.row.number
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        yield f"events: {number} has the transitions {[event['seq'] for event in events]}"
    states = ["created", *(event["to"] for event in events)]
    if [event["from"] for event in events] != states[:-1]:
        yield f"events: {number} does not continue from its previous state"
    if states[-1] != one.state:
        yield f"events: {number} ends as {states[-1]} instead of {one.state}"


def check_webhooks(
    events: Iterable[Mapping[str, Any]], webhooks: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield each event without a webhook of the same content, and each webhook without an event."""
    unmatched = {one["webhook_id"]: one["event"] for one in webhooks}
    for event in events:
        webhook = unmatched.pop(event["event_id"], None)
        if webhook != event:
            what = "arrived with other content" if webhook else "did not arrive"
            yield f"webhooks: event {event['event_id']} of {event['number']} {what}"
    for webhook_id in unmatched:
        yield f"webhooks: {webhook_id} names no known event"
