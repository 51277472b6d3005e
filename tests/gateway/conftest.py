"""A gateway for all tests of a session: each test uses new accounts, orders and keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.browser_client import Member, MemberBrowser, OpenedForm
from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.workflow.temporal_servers import dev_server


@pytest.fixture(scope="session")
async def gateway(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningGateway]:
    """A gateway in front of the real workers, a real Temporal server and a real database."""
    emails: Path = tmp_path_factory.mktemp("emails")
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, emails) as gateway,
    ):
        yield gateway


@pytest.fixture
async def member_browser(gateway: RunningGateway) -> AsyncIterator[MemberBrowser]:
    """A member's browser, without rendering."""
    async with MemberBrowser(gateway) as browser:
        yield browser


@pytest.fixture
async def opened_form(gateway: RunningGateway, member_browser: MemberBrowser) -> OpenedForm:
    """A member with one link, who is signed in and has opened the form for it."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await member_browser.sign_in(member)
    return OpenedForm(member, await member_browser.open_form(choice))
