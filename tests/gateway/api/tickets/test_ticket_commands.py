"""Commands of agents and members to a ticket, and their results."""

import asyncio

import pytest

from tests.gateway.api.tickets.commands import CONFIRMED
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    get_ticket,
)
from tests.support.polling import wait_until


async def test_an_agent_confirms_with_an_amount(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = CONFIRMED | {"reward": {"amount": "55.00", "currency": "pln"}, "request_id": "d-1"}
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent("anna")
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "request_id": "d-1", "number": number, "state": "awaiting_cancellation_period",
        "state_changed": True, "code": None, "problems": {}, "awaits_approval": False,
    }  # fmt: skip
    ticket = await get_ticket(gateway, number)
    assert ticket["confirmed"] == {"amount": "55.00", "currency": "PLN"}
    assert ticket["history"][-1]["actor"] == "agent:anna"


async def test_an_agent_rejects_with_a_reason(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = {"outcome": "rejected", "reason_code": "terms_not_met"}
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent()
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")


async def test_an_actor_in_the_body_is_ignored(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = CONFIRMED | {"actor": "agent:somebody-else"}
    await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent("anna")
    )
    assert (await get_ticket(gateway, number))["history"][-1]["actor"] == "agent:anna"


@pytest.mark.parametrize("named", ["header", "body"])
async def test_a_repeated_request_gets_its_first_result_and_does_nothing_more(
    gateway: RunningGateway, named: str
) -> None:
    number = await a_sent_ticket(gateway)
    headers = gateway.as_agent() | ({"idempotency-key": "once"} if named == "header" else {})
    body = {"questions": ["order_number"]} | ({"request_id": "once"} if named == "body" else {})
    answers = await asyncio.gather(
        *(
            gateway.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
            for _ in range(10)
        )
    )
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    ticket = await get_ticket(gateway, number)
    assert [transition["event"] for transition in ticket["history"]].count(
        "information_requested"
    ) == 1
    await gateway.env.send_update("withdraw")
    await gateway.env.wait_until_closed()
    again = await gateway.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
    assert (again.status_code, again.text) == (200, answers[0].text)


async def test_an_agent_has_the_claim_sent_again(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/resend", json={"reason": "they lost it"}, headers=gateway.as_agent()
    )
    assert (answer.status_code, answer.json()["state_changed"]) == (200, False)

    async def calls() -> list[str]:
        return [call.key for call in gateway.env.partner.calls if call.claim["number"] == number]

    first, again = await wait_until(calls, lambda keys: len(keys) == 2)
    assert first != again
