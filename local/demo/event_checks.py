"""Whether the platform was told of every move: by its feed of events, and by webhooks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from local.demo.checks import Evidence
from local.demo.runner import Played


def untold(played: Iterable[Played], evidence: Evidence) -> list[str]:
    """Return what the platform does not know, or knows otherwise; nothing where all is well."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for event in evidence.events:
        told.setdefault(event["number"], []).append(event)
    ended = {one.admission.number: one for one in played if one.admission and one.state}
    ways = [
        line for number, one in ended.items() for line in _way_differs(one, told.get(number, []))
    ]
    return [*ways, *_webhooks_differ(evidence)]


def _way_differs(one: Played, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A ticket's events lead from its creation to its end, without a gap."""
    number = one.example.row.number
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        yield f"events: {number} has the moves {[event['seq'] for event in events]}"
    places = ["created", *(event["to"] for event in events)]
    if [event["from"] for event in events] != places[:-1]:
        yield f"events: {number} does not move on from where it stood"
    if places[-1] != one.state:
        yield f"events: {number} ends as {places[-1]} instead of {one.state}"


def _webhooks_differ(evidence: Evidence) -> Iterator[str]:
    came = {one["webhook_id"]: one["event"] for one in evidence.webhooks}
    for event in evidence.events:
        webhook = came.pop(event["event_id"], None)
        if webhook != event:
            what = "came otherwise" if webhook else "did not come"
            yield f"webhooks: event {event['event_id']} of {event['number']} {what}"
    for webhook_id in came:
        yield f"webhooks: {webhook_id} tells of no event"
