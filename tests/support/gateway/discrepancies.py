"""Discrepancies in the tests of the gateway."""

from typing import Any

from tests.support.gateway.partner_client import a_ticket, outcome, send_outcomes
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago

PERIOD_ENDED = {"activated_on": days_ago(90).isoformat()}


PERIOD_OPEN = {"cancellation_ends_on": days_ago(-60).isoformat()}


CLOSED = ("refused", "ticket_closed")


ACCEPTED = ("accepted", None)


async def a_granted_ticket(gateway: RunningGateway) -> str:
    """A ticket whose reward was granted."""
    number = await a_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, **PERIOD_ENDED))
    assert (await gateway.env.wait_until_closed()).granted_amount
    return number


async def a_confirmed_ticket(gateway: RunningGateway) -> str:
    """A ticket in its cancellation period."""
    number = await a_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, **PERIOD_OPEN))
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    return number


async def open_discrepancies(gateway: RunningGateway, number: str) -> list[dict[str, Any]]:
    """Return the open discrepancies of a ticket, from the list of all."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = await gateway.http.get(
            f"/v1/discrepancies?limit=100&after={after}", headers=gateway.as_agent()
        )
        assert page.status_code == 200, page.text
        found += [one for one in page.json()["discrepancies"] if one["number"] == number]
        if (after := page.json()["next"]) is None:
            return found
