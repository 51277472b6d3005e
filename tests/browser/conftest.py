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
    open_browser,
    open_checker,
)

__all__ = ["gateway"]
Opener = Callable[..., Awaitable[CheckedTab]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, once for all tests."""
    async with open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="session")
async def checker(browser: Browser) -> AsyncIterator[Checker]:
    """The HTML checker, once for all tests."""
    async with open_checker() as started:
        yield started


@pytest.fixture
async def open_tab(browser: Browser, checker: Checker) -> AsyncIterator[Opener]:
    """Opens a page as a new reader; at the end the HTML of every visited page is checked."""
    tabs: list[CheckedTab] = []

    async def opener(viewport: ViewportSize = DESKTOP, **options: Any) -> CheckedTab:
        context = await browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(15_000)
        tabs.append(CheckedTab(await context.new_page()))
        return tabs[-1]

    yield opener
    for tab in tabs:
        await tab.page.context.close()
    seen = {f"{id(tab)} {url}": html for tab in tabs for url, html in tab.seen.items()}
    if seen:
        await checker.assert_valid(seen)
