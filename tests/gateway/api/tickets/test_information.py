"""Questions to the member, and the member's answers."""

from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    field_errors_of,
    get_ticket,
    problem_of,
)


async def test_an_agent_asks_and_the_platform_answers_for_its_member(
    gateway: RunningGateway,
) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    requested = await gateway.http.post(
        f"/v1/tickets/{number}/information",
        json={"questions": ["order_number", "When did you sign?"]},
        headers=gateway.as_agent(),
    )
    assert requested.json()["state"] == "information_requested"
    answered = await gateway.http.post(
        f"/v1/tickets/{number}/information",
        json={"answers": {"order_number": "VT-7777-7"}, "note": "on the first of the month"},
        headers=gateway.as_platform(account),
    )
    assert answered.json()["state"] == "sent_to_partner"
    ticket = await get_ticket(gateway, number)
    assert ticket["history"][-1]["actor"] == "member"
    assert ticket["answers"][0]["value"] == "VT-7777-7"


async def test_a_members_wrong_answer_is_reported_at_its_field(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    address, headers = f"/v1/tickets/{number}/information", gateway.as_platform(account)
    await gateway.http.post(
        address, json={"questions": ["order_number"]}, headers=gateway.as_agent()
    )
    for body, field in (
        ({"answers": {"order_number": "nonsense"}}, "answers.order_number"),
        ({"answers": {}}, "note"),
    ):
        answer = await gateway.http.post(address, json=body, headers=headers)
        assert problem_of(answer) == (422, "incomplete")
        assert list(field_errors_of(answer)) == [field]
