"""Who may send which command to which ticket."""

from adapters.postgres.database import QUERIES
from tests.gateway.api.tickets.commands import CONFIRMED, UNKNOWN
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    get_ticket,
    problem_of,
)


async def test_the_platform_withdraws_for_its_member_only_its_own_tickets(
    gateway: RunningGateway,
) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    address = f"/v1/tickets/{number}/withdrawal"
    other = await gateway.http.post(address, json={}, headers=gateway.as_platform("acc-other"))
    unknown = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/withdrawal", json={}, headers=gateway.as_platform("acc-other")
    )
    alike = [one.json() | {"request_id": ""} for one in (other, unknown)]
    assert problem_of(other) == (404, "unknown_ticket")
    assert alike[0] == alike[1]
    own = await gateway.http.post(
        address, json={"reason": "found it"}, headers=gateway.as_platform(account)
    )
    assert (own.status_code, own.json()["state"]) == (200, "withdrawn")
    assert (await get_ticket(gateway, number))["history"][-1]["actor"] == "member"


async def test_another_accounts_ticket_and_an_unknown_one_cost_the_same_query(
    gateway: RunningGateway,
) -> None:
    """What the query reads does not depend on the requested number."""
    number = await a_sent_ticket(gateway)
    plans = []
    options = "analyze, costs off, buffers off, timing off, summary off"
    sql = f"explain ({options}) {QUERIES.ticket_is_owned_by.sql}"
    for requested in (number, UNKNOWN):
        async with gateway.env.database.transaction() as connection:
            rows = await connection.fetch(sql, ["acc-other"], requested)
        plans.append([row[0].replace(requested, "number") for row in rows])
    assert plans[0] == plans[1]
    assert any("tickets" in step for step in plans[0])


async def test_a_platform_cannot_decide_ask_or_resend(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    headers = gateway.as_platform(account)
    calls = {"decision": CONFIRMED, "resend": {}, "information": {"questions": ["Really?"]}}
    for call, body in calls.items():
        for one in (number, UNKNOWN):
            answer = await gateway.http.post(
                f"/v1/tickets/{one}/{call}", json=body, headers=headers
            )
            assert problem_of(answer) == (403, "forbidden")


async def test_an_unknown_number_is_unknown_to_every_call(gateway: RunningGateway) -> None:
    calls = {
        "decision": CONFIRMED,
        "withdrawal": {},
        "information": {"note": "x"},
        "resend": {},
    }
    for call, body in calls.items():
        address = f"/v1/tickets/{UNKNOWN}/{call}"
        answer = await gateway.http.post(address, json=body, headers=gateway.as_agent())
        assert problem_of(answer) == (404, "unknown_ticket")
        assert problem_of(await gateway.http.post(address, json=body)) == (401, "unauthorised")
