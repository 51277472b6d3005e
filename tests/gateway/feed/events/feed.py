"""Reading the event feed."""

from typing import Any, Final

from tests.support.gateway.running_gateway import RunningGateway

EVENT_FIELDS: Final = {
    "event_id",
    "number",
    "seq",
    "event",
    "from",
    "to",
    "at",
    "reason_code",
    "actor",
}


async def events(
    gateway: RunningGateway, *accounts: str, after: str = "0", limit: int = 1000
) -> Any:
    """Return a page of events."""
    params: dict[str, str | int] = {"after": after, "limit": limit}
    headers = gateway.as_platform(*accounts)
    answer = await gateway.http.get("/v1/events", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def latest(gateway: RunningGateway) -> str:
    """Return the cursor after the newest event."""
    after, page = "0", await events(gateway)
    while page["next"] != after:
        after = page["next"]
        page = await events(gateway, after=after)
    return after


def transitions(page: dict[str, Any], number: str) -> list[str]:
    """Return the transitions of one ticket on a page."""
    found = [one for one in page["events"] if one["number"] == number]
    return [f"{one['seq']} {one['event']}: {one['from']} → {one['to']}" for one in found]
