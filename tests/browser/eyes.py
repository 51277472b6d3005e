"""How pages are looked at: a real Chromium, axe-core for accessibility, vnu for the HTML."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

HERE: Final = Path(__file__).parent
MODULES: Final = HERE / "node_modules"
AXE: Final = MODULES / "axe-core" / "axe.min.js"
VNU: Final = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
NEEDED: Final = "the browser tests need Debian's chromium, Java, and `make browser`: missing is "


def missing() -> str | None:
    """What this machine lacks for the browser tests."""
    if shutil.which("chromium") is None:
        return "chromium"
    if shutil.which("java") is None:
        return "java (default-jre-headless)"
    return None if AXE.exists() and VNU.exists() else "tests/browser/node_modules"


@asynccontextmanager
async def opened_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    if lacking := missing():
        pytest.skip(NEEDED + lacking)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            await browser.close()


class Eyes:
    """A reader's page; `seen` keeps the HTML of every page that was looked at."""

    def __init__(self, page: Page) -> None:
        """Look with this page; what a page loads from elsewhere, or logs as an error, is kept."""
        self.page = page
        self.seen: dict[str, str] = {}
        self.faults: list[str] = []
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("request", lambda request: self._notice(request.url))

    async def look(self) -> None:
        """Look at the page as it stands: nobody is kept out, nothing scrolls sideways."""
        where = self.page.url
        self.seen[f"{len(self.seen)} {where}"] = await self.page.content()
        found = await self._axe()
        assert not found, f"{where}: {json.dumps(found, indent=1)}"
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await self.page.evaluate(wide), f"{where} scrolls sideways"
        assert not self.faults, self.faults

    async def _axe(self) -> list[Mapping[str, Any]]:
        """Violations that axe-core finds, each with its rule and the elements."""
        await self.page.evaluate(AXE.read_text())
        report = await self.page.evaluate("axe.run()")
        return [
            {"rule": one["id"], "help": one["help"], "at": [node["html"] for node in one["nodes"]]}
            for one in report["violations"]
        ]

    def _hear(self, kind: str, text: str) -> None:
        # A page that answers with an error status is told to the console, too.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

    def _notice(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            self.faults.append(f"loads {url}")


async def must_be_valid(pages: Mapping[str, str], folder: Path) -> None:
    """Let the Nu HTML checker read pages, all in one run; names every fault."""
    for number, html in enumerate(pages.values()):
        (folder / f"{number}.html").write_text(html, encoding="utf-8")
    checker = await asyncio.create_subprocess_exec(
        *("java", "-jar", str(VNU), "--format", "json", "--skip-non-html", str(folder)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await checker.communicate()
    faults = [one for one in json.loads(told)["messages"] if one["type"] != "info"]
    assert not faults, [(one["url"].rpartition("/")[2], one["message"]) for one in faults]
