"""How tests of the desk come in, look for a ticket, and unfold a form."""

import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import Opener
from tests.support.browser.page_checks import DESK, PHONE, Eyes
from tests.support.gateway.running_gateway import RunningGateway

SIZES: Final = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


async def at_the_desk(
    gateway: RunningGateway,
    open_eyes: Opener,
    size: ViewportSize = DESK,
    name: str = "dorota",
    **options: Any,
) -> Eyes:
    """An agent who has just come in, with an English browser unless something else is said."""
    eyes = await open_eyes(size, **{"locale": "en-GB"} | options)
    token = gateway.login_token(sub=name, roles=["agent"])
    await eyes.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await eyes.page.get_by_role("button").click()
    await expect(eyes.page).to_have_url(f"{gateway.address}/desk")
    return eyes


async def seek(page: Page, gateway: RunningGateway, words: str) -> None:
    """Type into the one box."""
    await page.goto(f"{gateway.address}/desk")
    await page.get_by_role("searchbox").fill(words)
    await page.get_by_role("searchbox").press("Enter")


async def opened(eyes: Eyes, gateway: RunningGateway, number: str, act: str) -> Page:
    """A ticket's page with one of its forms unfolded."""
    await eyes.page.goto(f"{gateway.address}/desk/tickets/{number}")
    await eyes.page.locator("summary", has_text=re.compile(f"^{act}$")).click()
    return eyes.page
