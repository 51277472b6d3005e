"""Signing in, searching and unfolding forms on the agent pages."""

import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import Opener
from tests.support.browser.page_checks import DESKTOP, PHONE, CheckedTab
from tests.support.gateway.running_gateway import RunningGateway

SIZES: Final = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


async def open_agent_pages(
    gateway: RunningGateway,
    open_tab: Opener,
    size: ViewportSize = DESKTOP,
    name: str = "dorota",
    **options: Any,
) -> CheckedTab:
    """An agent who has just signed in, with an English browser by default."""
    tab = await open_tab(size, **{"locale": "en-GB"} | options)
    token = gateway.login_token(sub=name, roles=["agent"])
    await tab.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await tab.page.get_by_role("button").click()
    await expect(tab.page).to_have_url(f"{gateway.address}/desk")
    return tab


async def search_ticket(page: Page, gateway: RunningGateway, query: str) -> None:
    """Search with the search box."""
    await page.goto(f"{gateway.address}/desk")
    await page.get_by_role("searchbox").fill(query)
    await page.get_by_role("searchbox").press("Enter")


async def open_action(tab: CheckedTab, gateway: RunningGateway, number: str, action: str) -> Page:
    """A ticket's page with one of its forms unfolded."""
    await tab.page.goto(f"{gateway.address}/desk/tickets/{number}")
    await tab.page.locator("summary", has_text=re.compile(f"^{action}$")).click()
    return tab.page
