"""What the security log says of calls and pages, and what it never says."""

import json
import logging
from typing import Any

import pytest

from tests.gateway.api.test_discrepancies import a_granted_ticket, waiting
from tests.gateway.pages.test_agent_access import came_in, form_of
from tests.support.browser_client import Browsing, Member
from tests.support.gateway import RunningGateway
from tests.support.partner_client import outcome, send_outcomes
from tests.support.tickets import a_sent_ticket


class Written:
    """The security log of a test."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Read it where pytest keeps it."""
        self._caplog = caplog

    def of(self, event: str) -> list[dict[str, Any]]:
        """Every line about an event, without where it came from."""
        told = [json.loads(r.getMessage()) for r in self._caplog.records if r.name == "security"]
        found = [line for line in told if line.pop("event") == event]
        for line in found:
            assert line.pop("address") == "127.0.0.1"
            assert line.pop("request_id")
        return found

    @property
    def text(self) -> str:
        """All that was written."""
        return "\n".join(r.getMessage() for r in self._caplog.records if r.name == "security")


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Written:
    """The security log of this test."""
    caplog.set_level(logging.INFO, "security")
    return Written(caplog)


async def test_tokens_that_are_refused_are_told_and_never_shown(
    gateway: RunningGateway, written: Written
) -> None:
    forged = gateway.bearer_headers(
        {"roles": ["agent"]}, "another-secret-that-nobody-here-has-ever-had"
    )
    assert (await gateway.http.get("/v1/tickets", headers=forged)).status_code == 401
    assert (await gateway.http.get("/v1/tickets")).status_code == 401
    assert written.of("token_refused") == [{}], "a call without any token is no event"
    platform = gateway.as_platform(gateway.new_id("acc"), sub="shop")
    assert (await gateway.http.get("/v1/tickets", headers=platform)).status_code == 403
    assert written.of("role_refused") == [{"subject": "shop", "path": "/v1/tickets"}]
    where = "/v1/accounts/acc-of-another/claimable-links?kind=missing_cashback"
    assert (await gateway.http.get(where, headers=platform)).status_code == 403
    assert written.of("account_refused") == [{"subject": "shop"}]
    assert forged["authorization"].removeprefix("Bearer ") not in written.text


async def test_signatures_and_links_that_are_refused_are_told(
    gateway: RunningGateway, written: Written
) -> None:
    await gateway.http.post("/v1/partners/velotel/outcomes", json={})
    assert written.of("signature_refused") == [{"path": "/v1/partners/velotel/outcomes"}]
    number = "ZW-4KQ7-P9XT-M2AB-C"
    await gateway.http.get(f"/tickets/{number}/information?token=made-up-token")
    assert written.of("link_refused") == [{"kind": "member", "number": number}]
    assert "made-up-token" not in written.text


async def test_an_agents_way_through_the_desk_is_told(
    gateway: RunningGateway, written: Written
) -> None:
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with came_in(gateway, agent) as client:
        form = await form_of(client, number)
        await client.get("/desk", params={"q": "jan@example.com"})
        await client.get("/desk/queues/overdue")
        await client.post(f"/desk/tickets/{number}", data=form)
        await client.post("/desk/sign-out", data=form | {"csrf_token": "made-up"})
        await client.post("/desk/sign-out", data=form)
    who = {"kind": "agent", "subject": agent}
    assert written.of("signed_in") == [who]
    assert written.of("ticket_read") == [{"agent": agent, "number": number, "door": "desk"}]
    searched = [one["by"] for one in written.of("tickets_searched")]
    assert searched == ["email", "queue overdue"]
    acted = {"actor": f"agent:{agent}", "caller": f"agent:{agent}", "number": number}
    assert written.of("ticket_acted_on") == [
        acted | {"action": "withdraw", "request": form["request_id"], "code": "applied"}
    ]
    assert written.of("csrf_token_refused") == [who | {"why": "no_token"}]
    assert written.of("signed_out") == [who]
    for never in ("jan@example.com", "filed twice", form["csrf_token"]):
        assert never not in written.text


async def test_an_agents_calls_are_told(gateway: RunningGateway, written: Written) -> None:
    number, headers = await a_sent_ticket(gateway), gateway.as_agent("anna")
    await gateway.http.get(f"/v1/tickets/{number}", headers=headers)
    await gateway.http.get("/v1/tickets", params={"email": "jan@example.com"}, headers=headers)
    refused = {"request_id": "d-1", "outcome": "confirmed", "note": "seen"}
    money = {"reward": {"amount": "1.00", "currency": "EUR"}}
    where = f"/v1/tickets/{number}/decision"
    assert (
        await gateway.http.post(where, json=refused | money, headers=headers)
    ).status_code == 422
    assert written.of("ticket_read") == [{"agent": "anna", "number": number, "door": "api"}]
    assert written.of("tickets_searched")[0]["by"] == "email"
    (acted,) = written.of("ticket_acted_on")
    assert (acted["action"], acted["code"]) == ("decide", "wrong_currency")


async def test_who_closes_a_discrepancy_is_told(gateway: RunningGateway, written: Written) -> None:
    number = await a_granted_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, "rejected"))
    (one,) = await waiting(gateway, number)
    where, headers = f"/v1/discrepancies/{one['discrepancy_id']}/closure", gateway.as_agent("anna")
    await gateway.http.post(where, json={"note": "taken back"}, headers=headers)
    told = {"actor": "agent:anna", "number": number, "request": str(one["discrepancy_id"])}
    assert written.of("ticket_acted_on") == [told | {"action": "close_discrepancy"}]
    assert written.of("tickets_searched")[0]["by"] == "discrepancies"
    assert "taken back" not in written.text


async def test_hand_overs_and_ended_sessions_are_told(
    gateway: RunningGateway, browsing: Browsing, written: Written
) -> None:
    member = Member(gateway)
    token = member.login_token()
    for sent in (token, token, "made-up"):
        await browsing.post("/form/sign-in", data={"token": sent})
    told = {"kind": "member", "subject": member.account}
    await gateway.http.post("/v1/sessions/end", json=told, headers=gateway.as_operator())
    assert written.of("signed_in") == [told]
    refused = [one["why"] for one in written.of("login_token_refused")]
    assert refused == ["used_or_ended", "not_valid"]
    assert written.of("sessions_ended") == [told | {"by": "operator:platform", "count": 1}]
    assert token not in written.text


async def test_what_is_done_for_one_account_is_limited_and_told(
    gateway: RunningGateway, written: Written
) -> None:
    account, other = gateway.new_id("acc"), gateway.new_id("acc")
    statuses = []
    for whose in [account] * 130 + [other]:
        where = f"/v1/accounts/{whose}/claimable-links?kind=missing_cashback"
        answer = await gateway.http.get(where, headers=gateway.as_platform(whose))
        statuses.append(answer.status_code)
    assert statuses[:120] == [200] * 120
    assert statuses[-2:] == [429, 200], "another account notices nothing"
    assert {"limit": "account", "key": account} in written.of("rate_limited")
