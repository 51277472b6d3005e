"""Tickets for the tests of agents' calls, and the problems in responses."""

from typing import Any

import httpx

from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim


async def a_sent_ticket(
    gateway: RunningGateway, account: str = "", order: str = "", **changes: Any
) -> str:
    """File a claim of a new account, wait until the partner has it, return its number."""
    account = account or gateway.new_id("acc")
    await gateway.env.file_and_send(claim=a_claim(account=account, order=order, **changes))
    return gateway.env.number


async def a_closed_ticket(gateway: RunningGateway, account: str = "") -> str:
    """Return the number of a withdrawn ticket whose workflow is closed."""
    number = await a_sent_ticket(gateway, account)
    await gateway.env.send_update("withdraw")
    await gateway.env.wait_until_closed()
    return number


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    return answer.status_code, answer.json().get("code", "")


def field_errors_of(answer: httpx.Response) -> dict[str, str]:
    """Return the fields that a problem names, with what was expected."""
    return {one["field"]: one["expected"] for one in answer.json()["errors"]}


async def get_ticket(gateway: RunningGateway, number: str, **headers: str) -> dict[str, Any]:
    """Return a ticket as an agent sees it."""
    answer = await gateway.http.get(f"/v1/tickets/{number}", headers=gateway.as_agent() | headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
