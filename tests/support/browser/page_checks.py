"""Checks of pages: a real Chromium, axe-core for accessibility, vnu for the HTML."""

import asyncio
import contextlib
import json
import shutil
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from local.stack.ports import HOST

FOLDER: Final = Path(__file__).resolve().parents[2] / "browser"
MODULES: Final = FOLDER / "node_modules"
AXE: Final = MODULES / "axe-core" / "axe.min.js"
VNU: Final = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
TIMEOUT_SECONDS: Final = 90.0  # on a busy machine
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
MISSING_MESSAGE: Final = (
    "the browser tests need Debian's chromium, Java, and `make browser`: missing is "
)


def missing() -> str | None:
    """What this machine lacks for the browser tests."""
    if shutil.which("chromium") is None:
        return "chromium"
    if shutil.which("java") is None:
        return "java (default-jre-headless)"
    return None if AXE.exists() and VNU.exists() else "tests/browser/node_modules"


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    if lacking := missing():
        pytest.skip(MISSING_MESSAGE + lacking)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            await browser.close()


class CheckedTab:
    """A reader's page; `seen` holds the HTML of every page that was visited."""

    def __init__(self, page: Page) -> None:
        """Use this page; requests to other hosts and logged errors are recorded."""
        self.page = page
        self.seen: dict[str, str] = {}
        self.faults: list[str] = []
        page.on("console", lambda message: self._record_console(message.type, message.text))
        page.on("request", lambda request: self._record_request(request.url))

    async def observe(self) -> None:
        """Check the current page: it is accessible, also by its colours in the dark, and nothing
        scrolls sideways.
        """
        url = self.page.url
        self.seen[f"{len(self.seen)} {url}"] = await self.page.content()
        violations = await self._axe()
        assert not violations, f"{url}: {json.dumps(violations, indent=1)}"
        is_too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await self.page.evaluate(is_too_wide), f"{url} scrolls sideways"
        assert not self.faults, self.faults

    async def _axe(self) -> list[Mapping[str, Any]]:
        """Violations that axe-core finds, each with its rule and the elements."""
        await self.page.evaluate(AXE.read_text())
        light = await self.page.evaluate("axe.run()")
        await self.page.emulate_media(color_scheme="dark")
        dark = await self.page.evaluate("axe.run({runOnly: ['color-contrast']})")
        await self.page.emulate_media(color_scheme="light")
        return [
            {"rule": one["id"], "help": one["help"], "at": [node["html"] for node in one["nodes"]]}
            for one in (*light["violations"], *dark["violations"])
        ]

    def _record_console(self, kind: str, text: str) -> None:
        # A page that answers with an error status is also logged to the console.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

    def _record_request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            self.faults.append(f"loads {url}")


class Checker:
    """The Nu HTML checker, kept running: its start takes longer than checking a hundred pages."""

    def __init__(self, port: int) -> None:
        """Call the checker at this port."""
        self._http = httpx.AsyncClient(
            base_url=f"http://{HOST}:{port}", trust_env=False, timeout=TIMEOUT_SECONDS
        )

    async def assert_valid(self, pages: Mapping[str, str]) -> None:
        """Fail if a page is not valid HTML."""
        invalid = {
            url: errors for url, html in pages.items() if (errors := await self._errors_in(html))
        }
        assert not invalid, invalid

    async def _errors_in(self, html: str) -> list[str]:
        html_type = {"content-type": "text/html; charset=utf-8"}
        answer = await self._http.post(
            "/?out=json", content=html.encode(errors="replace"), headers=html_type
        )
        messages = answer.raise_for_status().json()["messages"]
        return [one["message"] for one in messages if one["type"] != "info"]

    async def wait_until_ready(self, process: asyncio.subprocess.Process) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                await self._http.get("/")
                return
            assert process.returncode is None, "the HTML checker ended"
            assert time.monotonic() < deadline, "the HTML checker does not answer"
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()


@asynccontextmanager
async def open_checker() -> AsyncIterator[Checker]:
    """The HTML checker, stopped at the end."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *("java", f"-Dnu.validator.servlet.bind-address={HOST}", "-cp", str(VNU)),
        *("nu.validator.servlet.Main", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    checker = Checker(port)
    try:
        await checker.wait_until_ready(process)
        yield checker
    finally:
        await checker.close()
        process.kill()
        await process.wait()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
