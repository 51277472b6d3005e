"""A browser for the tests of pages; without one they are skipped with a message."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.gateway.conftest import gateway
from tests.support.browser.page_checks import (
    DESKTOP,
    CheckedTab,
    Checker,
    opened_browser,
    opened_checker,
)

__all__ = ["gateway"]
Opener = Callable[..., Awaitable[CheckedTab]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, once for all tests."""
    async with opened_browser() as chromium:
        yield chromium


@pytest.fixture(scope="session")
async def checker(browser: Browser) -> AsyncIterator[Checker]:
    """The HTML checker, once for all tests."""
    async with opened_checker() as reads:
        yield reads


@pytest.fixture
async def open_tab(browser: Browser, checker: Checker) -> AsyncIterator[Opener]:
    """Opens a page as a new reader; at the end the HTML of all that was looked at is checked."""
    opened: list[CheckedTab] = []

    async def opener(viewport: ViewportSize = DESKTOP, **options: Any) -> CheckedTab:
        context = await browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(15_000)
        opened.append(CheckedTab(await context.new_page()))
        return opened[-1]

    yield opener
    for tab in opened:
        await tab.page.context.close()
    seen = {f"{id(tab)} {where}": html for tab in opened for where, html in tab.seen.items()}
    if seen:
        await checker.must_be_valid(seen)
