"""Texts for agents follow the conventions of their language."""

from tests.support.gateway.agent_browser import signed_in_agent
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket
from tests.support.workflow.claims import an_order, days_ago


async def test_the_agent_pages_write_out_dates_from_the_form(gateway: RunningGateway) -> None:
    day = days_ago(12)
    answers = {"order_number": an_order(), "activated_on": day.isoformat()}
    number = await a_sent_ticket(gateway, answers=answers)
    async with signed_in_agent(gateway) as client:
        page = (await client.get(f"/desk/tickets/{number}?language=en")).text
    assert f"{day.day} {day:%B %Y}" in page
    assert day.isoformat() not in page
