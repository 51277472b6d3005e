"""The member's form while the database or Temporal is unavailable."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app import create_app
from tests.support.browser_client import (
    Member,
    MemberBrowser,
    numbers_in,
)
from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.server import serve_app
from tests.support.gateway.setup import gateway_settings, run_gateway
from tests.support.sockets import listening_socket
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.profiles import secrets
from tests.support.workflow.tcp_proxy import TcpProxy, open_proxy
from tests.support.workflow.temporal_servers import dev_server


async def test_without_the_database_a_page_says_to_try_again_later(gateway: RunningGateway) -> None:
    """The outage does not use up the login token."""
    public_url = {"TICKETS_PUBLIC_URL": "http://127.0.0.1"}
    settings = gateway_settings("postgresql://nobody@127.0.0.1:1/nothing", **public_url)
    app = create_app(settings, gateway.profiles, dict.fromkeys(secrets(), SECRET))
    with listening_socket() as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with serve_app(app, listening), httpx.AsyncClient(trust_env=False) as http:
            token = Member(gateway).login_token()
            answer = await http.get(f"{address}/form/sign-in", params={"token": token})
            made_up = {"cookie": f"tickets_member={token}"}
            nobody = await http.get(f"{address}/form", headers=made_up)
    assert nobody.status_code == 403, "a made-up cookie causes no database query"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Nothing is lost" in answer.text


@pytest.fixture
async def gateway_with_proxy(
    postgres_server: str, tmp_path: Path
) -> AsyncIterator[tuple[RunningGateway, TcpProxy]]:
    """A separate gateway without workers, and the proxy between it and Temporal."""
    async with dev_server() as server, fresh_database(postgres_server) as database_url:
        port = int(server.client.service_client.config.target_host.rpartition(":")[2])
        async with (
            open_proxy(port) as proxy,
            run_gateway(
                server,
                database_url,
                tmp_path,
                temporal=f"127.0.0.1:{proxy.port}",
                with_workers=False,
            ) as gateway,
        ):
            yield gateway, proxy


async def test_during_an_outage_nothing_is_lost_and_nothing_is_done_twice(
    gateway_with_proxy: tuple[RunningGateway, TcpProxy],
) -> None:
    """Without Temporal the form is shown again; without a worker the answer comes later."""
    gateway, proxy = gateway_with_proxy
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    async with MemberBrowser(gateway) as member_browser:
        await member_browser.sign_in(member)
        form = await member_browser.open_form(choice)
        proxy.cut()
        unavailable = await member_browser.send_form(form, member)
        assert (unavailable.status_code, unavailable.headers["retry-after"]) == (503, "5")
        assert f'value="{member.order}"' in unavailable.text
        proxy.restore()
        both = [member_browser.send_form(one, member) for one in (unavailable, form)]
        pending, again = await asyncio.gather(*both)
        assert (pending.status_code, pending.url.path) == (202, "/form/result")
        assert (again.status_code, again.url) == (202, pending.url)
        (number,) = set(numbers_in(pending.text + again.text))
        await gateway.env.start_workers()
        gateway.env.number = number
        await gateway.env.wait_for_state("sent_to_partner")
        answer = await member_browser.get(str(pending.url))
        assert answer.status_code == 200
        assert number in answer.text
        assert "has been created" in answer.text
    await gateway.env.wait_for_emails("confirmation")
    assert await member.tickets() == [number]
