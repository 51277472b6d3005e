"""How long a session lasts, and what is stored of it."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.gateway.pages.sign_in.session_requests import end_sessions
from tests.support.databases import fresh_database
from tests.support.gateway.agent_browser import signed_in_agent, withdrawal_form
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.gateway.stored_sessions import make_idle, sessions_of
from tests.support.gateway.tickets import a_sent_ticket
from tests.support.workflow.temporal_servers import dev_server


async def test_an_unused_session_ends_and_a_used_one_continues(
    gateway: RunningGateway,
) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        for _ in range(3):
            await make_idle(gateway, agent, minutes=59)
            assert (await client.get("/desk")).status_code == 200
        await make_idle(gateway, agent, minutes=61)
        assert (await client.get("/desk")).status_code == 401


async def test_a_session_ends_after_eight_hours_however_busy_it_is(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (row,) = await sessions_of(gateway, agent)
        assert row["ends_at"] - row["started_at"] == timedelta(hours=8)
        statement = "update sessions set ends_at = now() where subject = $1"
        async with gateway.env.database.transaction() as connection:
            await connection.execute(statement, agent)
        assert (await client.get("/desk")).status_code == 401


async def test_a_form_of_an_expired_session_is_refused_after_sessions_are_ended(
    gateway: RunningGateway,
) -> None:
    """An operator ends the expired session too, so its form is refused in a later one."""
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        form = await withdrawal_form(client, number)
        statement = "update sessions set ends_at = now() where subject = $1"
        async with gateway.env.database.transaction() as connection:
            await connection.execute(statement, agent)
        assert (await end_sessions(gateway, gateway.as_operator(), "agent", agent)).json() == {
            "ended": 0
        }
    await asyncio.sleep(1.1)  # a login token of the same second would count as older
    async with signed_in_agent(gateway, agent) as again:
        assert (await again.post(f"/desk/tickets/{number}", data=form)).status_code == 403


async def test_a_page_view_does_not_always_update_the_session(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (before,) = await sessions_of(gateway, agent)
        for _ in range(3):
            await client.get("/desk")
        assert await sessions_of(gateway, agent) == [before]
        await make_idle(gateway, agent, minutes=2)
        await client.get("/desk")
        (after,) = await sessions_of(gateway, agent)
        assert after["last_seen_at"] > before["last_seen_at"]


async def test_the_database_does_not_contain_the_cookie(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (row,) = await sessions_of(gateway, agent)
        assert row["session_id"] not in dict(client.cookies).values()
        client.cookies.set("tickets_agent", row["session_id"])
        assert (await client.get("/desk")).status_code == 401


async def test_over_https_no_other_host_of_the_domain_can_set_the_session_cookies(
    postgres_server: str, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"TICKETS_PUBLIC_URL": "https://tickets.example"}
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path, with_workers=False, **changes) as gateway,
    ):
        token = gateway.login_token(sub="anna", roles=["agent"])
        own = {"origin": "https://tickets.example"}
        entered = await gateway.http.post("/desk/sign-in", data={"token": token}, headers=own)
        (cookie,) = entered.headers.get_list("set-cookie")
        assert re.fullmatch(
            r"__Host-tickets_agent=[\w.-]+; "
            r"HttpOnly; Max-Age=28800; Path=/; SameSite=lax; Secure",
            cookie,
        )
        seen = await gateway.http.get("/desk", headers={"cookie": cookie.partition(";")[0]})
        assert seen.status_code == 200
        plain = cookie.partition(";")[0].removeprefix("__Host-")
        assert (await gateway.http.get("/desk", headers={"cookie": plain})).status_code == 401
