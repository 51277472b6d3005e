"""More than a partner's maximum needs two agents, in the API and on the agent pages."""

import re
from typing import Any

import httpx

from tests.support.gateway.agent_browser import signed_in_agent
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket, get_ticket, problem_of

MUCH = {"amount": "250.00", "currency": "PLN"}


async def decide(
    gateway: RunningGateway, number: str, headers: dict[str, str], **changes: Any
) -> httpx.Response:
    """Decide for more than the maximum, 200.00."""
    body = {"outcome": "confirmed", "note": "seen it", "reward": MUCH} | changes
    return await gateway.http.post(f"/v1/tickets/{number}/decision", json=body, headers=headers)


async def test_the_same_decision_of_another_agent_approves_the_proposal(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    first = await decide(gateway, number, gateway.as_agent("anna"))
    assert first.status_code == 200, first.text
    assert (first.json()["state_changed"], first.json()["awaits_approval"]) == (False, True)
    seen = await get_ticket(gateway, number)
    assert seen["state"] == "sent_to_partner"
    assert [need["code"] for need in seen["attention"]] == ["approval_needed"]
    assert (seen["proposal"]["amount"], seen["proposal"]["by"]) == (MUCH, "agent:anna")
    assert seen["maximum"] == {"amount": "200.00", "currency": "PLN"}
    again = await decide(gateway, number, gateway.as_agent("anna"))
    assert problem_of(again) == (409, "approval_by_another")
    second = await decide(gateway, number, gateway.as_agent("bela"))
    assert (second.json()["state_changed"], second.json()["awaits_approval"]) == (True, False)
    seen = await get_ticket(gateway, number)
    assert (seen["confirmed"], seen["proposal"], seen["attention"]) == (MUCH, None, [])
    (row,) = await gateway.env.rows("approvals", "seq")
    assert (row["proposed_by"], row["approved_by"]) == ("agent:anna", "agent:bela")


async def test_a_program_with_an_agents_role_is_no_second_agent(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    await decide(gateway, number, gateway.as_agent("anna"))
    both = gateway.as_agent("backend", roles=["agent", "platform"], accounts="*")
    assert problem_of(await decide(gateway, number, both)) == (403, "forbidden")
    assert (await get_ticket(gateway, number))["confirmed"] is None


async def test_the_agent_pages_offer_the_approval_to_every_other_agent(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    address = f"/desk/tickets/{number}?language=en"
    async with signed_in_agent(gateway, "anna") as anna, signed_in_agent(gateway, "bela") as bela:
        token = _hidden((await anna.get(address)).text)
        form = {"action": "confirm", "confirm_amount": "250", "confirm_note": "seen it"}
        sent = await anna.post(address, data=token | {"request_id": "one"} | form)
        assert sent.status_code == 303, sent.text
        own, other = (await anna.get(sent.headers["location"])).text, (await bela.get(address)).text
        assert 'role="status"' in own
        assert 'name="approve_amount"' not in own
        assert "anna" in other
        assert 'name="approve_amount" value="250.00"' in other
        form = {"action": "approve", "approve_amount": "250.00", "approve_note": "me too"}
        await bela.post(address, data=_hidden(other) | {"request_id": "two"} | form)
    assert (await get_ticket(gateway, number))["confirmed"] == MUCH


def _hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token)" value="([^"]+)"', html))
