"""The actions of agents in the security log."""

from tests.gateway.server.requests.security_lines import SecurityLines
from tests.support.gateway.agent_browser import signed_in_agent, withdrawal_form
from tests.support.gateway.discrepancies import a_granted_ticket, open_discrepancies
from tests.support.gateway.partner_client import outcome, send_outcomes
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket


async def test_an_agents_use_of_the_pages_is_logged(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        form = await withdrawal_form(client, number)
        await client.get("/desk", params={"q": "jan@example.com"})
        await client.get("/desk/queues/overdue")
        await client.post(f"/desk/tickets/{number}", data=form)
        await client.post("/desk/sign-out", data=form | {"csrf_token": "made-up"})
        await client.post("/desk/sign-out", data=form)
    who = {"kind": "agent", "subject": agent}
    assert security_lines.of("signed_in") == [who]
    assert security_lines.of("ticket_read") == [
        {"agent": agent, "number": number, "channel": "agent_pages"}
    ]
    searched = [one["by"] for one in security_lines.of("tickets_searched")]
    assert searched == ["email,or_account_id", "queue overdue"]
    acted = {"actor": f"agent:{agent}", "caller": f"agent:{agent}", "number": number}
    assert security_lines.of("ticket_acted_on") == [
        acted | {"action": "withdraw", "request": form["request_id"], "code": "applied"}
    ]
    assert security_lines.of("csrf_token_refused") == [who | {"why": "no_token"}]
    assert security_lines.of("signed_out") == [who]
    for never in ("jan@example.com", "filed twice", form["csrf_token"]):
        assert never not in security_lines.text


async def test_an_agents_api_calls_are_logged(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    number, headers = await a_sent_ticket(gateway), gateway.as_agent("anna")
    await gateway.http.get(f"/v1/tickets/{number}", headers=headers)
    await gateway.http.get("/v1/tickets", params={"email": "jan@example.com"}, headers=headers)
    refused = {"request_id": "d-1", "outcome": "confirmed", "note": "seen"}
    money = {"reward": {"amount": "1.00", "currency": "EUR"}}
    path = f"/v1/tickets/{number}/decision"
    assert (await gateway.http.post(path, json=refused | money, headers=headers)).status_code == 422
    assert security_lines.of("ticket_read") == [
        {"agent": "anna", "number": number, "channel": "api"}
    ]
    assert security_lines.of("tickets_searched")[0]["by"] == "email"
    (acted,) = security_lines.of("ticket_acted_on")
    assert (acted["action"], acted["code"]) == ("decide", "wrong_currency")


async def test_closing_a_discrepancy_is_logged(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    number = await a_granted_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, "rejected"))
    (one,) = await open_discrepancies(gateway, number)
    path, headers = f"/v1/discrepancies/{one['discrepancy_id']}/closure", gateway.as_agent("anna")
    await gateway.http.post(path, json={"note": "taken back"}, headers=headers)
    fields = {"actor": "agent:anna", "number": number, "request": str(one["discrepancy_id"])}
    assert security_lines.of("ticket_acted_on") == [fields | {"action": "close_discrepancy"}]
    assert security_lines.of("tickets_searched")[0]["by"] == "discrepancies"
    assert "taken back" not in security_lines.text
