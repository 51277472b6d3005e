"""A browser for the tests of pages; where there is none, they are skipped with a word why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.gateway.conftest import gateway
from tests.support.browser.page_checks import DESK, Checker, Eyes, opened_browser, opened_checker

__all__ = ["gateway"]
Opener = Callable[..., Awaitable[Eyes]]


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
async def open_eyes(browser: Browser, checker: Checker) -> AsyncIterator[Opener]:
    """Opens a page as a new reader; at the end the HTML of all that was looked at is checked."""
    opened: list[Eyes] = []

    async def opener(viewport: ViewportSize = DESK, **options: Any) -> Eyes:
        context = await browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(15_000)
        opened.append(Eyes(await context.new_page()))
        return opened[-1]

    yield opener
    for eyes in opened:
        await eyes.page.context.close()
    seen = {f"{id(eyes)} {where}": html for eyes in opened for where, html in eyes.seen.items()}
    if seen:
        await checker.must_be_valid(seen)
