"""More than a partner's maximum is confirmed by two agents: over HTTP and at the desk."""

import re
from typing import Any

import httpx

from tests.gateway.pages.test_agent_access import came_in
from tests.support.gateway import Front
from tests.support.tickets import a_sent_ticket, looked_up, told

MUCH = {"amount": "250.00", "currency": "PLN"}


async def decide(front: Front, number: str, headers: dict[str, str], **told: Any) -> httpx.Response:
    """Decide for more than the maximum, 200.00."""
    body = {"outcome": "confirmed", "note": "seen it", "reward": MUCH} | told
    return await front.http.post(f"/v1/tickets/{number}/decision", json=body, headers=headers)


async def test_the_same_decision_of_another_agent_approves_what_one_proposed(front: Front) -> None:
    number = await a_sent_ticket(front)
    first = await decide(front, number, front.as_agent("anna"))
    assert first.status_code == 200, first.text
    assert (first.json()["state_changed"], first.json()["awaits_approval"]) == (False, True)
    seen = await looked_up(front, number)
    assert seen["state"] == "sent_to_partner"
    assert [need["code"] for need in seen["attention"]] == ["approval_needed"]
    assert (seen["proposal"]["amount"], seen["proposal"]["by"]) == (MUCH, "agent:anna")
    assert seen["maximum"] == {"amount": "200.00", "currency": "PLN"}
    again = await decide(front, number, front.as_agent("anna"))
    assert told(again) == (409, "approval_by_another")
    second = await decide(front, number, front.as_agent("bela"))
    assert (second.json()["state_changed"], second.json()["awaits_approval"]) == (True, False)
    seen = await looked_up(front, number)
    assert (seen["confirmed"], seen["proposal"], seen["attention"]) == (MUCH, None, [])
    (row,) = await front.env.rows("approvals", "seq")
    assert (row["proposed_by"], row["approved_by"]) == ("agent:anna", "agent:bela")


async def test_a_program_with_an_agents_role_is_no_second_agent(front: Front) -> None:
    number = await a_sent_ticket(front)
    await decide(front, number, front.as_agent("anna"))
    both = front.as_agent("backend", roles=["agent", "platform"], accounts="*")
    assert told(await decide(front, number, both)) == (403, "forbidden")
    assert (await looked_up(front, number))["confirmed"] is None


async def test_the_desk_offers_the_approval_to_every_other_agent(front: Front) -> None:
    number = await a_sent_ticket(front)
    address = f"/desk/tickets/{number}?language=en"
    async with came_in(front, "anna") as anna, came_in(front, "bela") as bela:
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
    assert (await looked_up(front, number))["confirmed"] == MUCH


def _hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token)" value="([^"]+)"', html))
