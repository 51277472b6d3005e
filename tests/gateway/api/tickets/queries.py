"""Orders and searches in the tests of this folder."""

import itertools
from typing import Any

from tests.support.gateway.running_gateway import RunningGateway

_orders = itertools.count(1000)


def an_order() -> str:
    """Return an order number that no other test uses."""
    return f"VT-{next(_orders)}-3"


async def found(gateway: RunningGateway, **query: Any) -> list[str]:
    """Return the numbers that a search finds."""
    answer = await gateway.http.get("/v1/tickets", params=query, headers=gateway.as_agent())
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["tickets"]]
