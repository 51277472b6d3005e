"""`make screenshots`: the pages as a person sees them, from a stack of its own, to `docs/`.

The demonstration runs for a while, so that the agent pages have something to show.
"""

import asyncio
import shutil
import sys
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from local.demo.connections import Connections, connect
from local.demo.demo import read_scenarios_for, reset_state
from local.demo.runner import ScenarioRunner
from local.demo.scenarios import Scenario
from local.partner_simulator.offline_partners import OfflinePartners
from local.stack.ports import Ports
from local.stack.stack import ROOT, Stack
from process.exit_process import exit_process
from tests.browser.page_checks import DESK, PHONE, missing

STATE: Final = ROOT / ".local" / "screenshots"
FOLDER: Final = ROOT / "docs" / "screenshots"
PLAY_SECONDS: Final = 14.0
"""So long that some tickets have ended, some wait, and some ask for a person."""
UI_DRAWS: Final = 4000.0  # milliseconds
TELLING: Final = "volt-too-much"
"""The request key of the example whose ticket is shown: it has a story, and asks for a person."""


async def main() -> None:
    """Make every picture."""
    reset_state(STATE)
    FOLDER.mkdir(exist_ok=True)
    async with Stack(STATE, Ports.free()) as stack, connect(stack) as connections:
        await connections.platform.post("/seed?first")
        number = await _run(stack, connections)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            platform, ui = (stack.addresses[name] or "" for name in ("platform", "temporal_ui"))
            await _form(browser, platform)
            await _desk(browser, platform, number)
            await _temporal(browser, ui, number)
            await browser.close()


async def _run(stack: Stack, connections: Connections) -> str:
    """Run the scenarios for a while; return the number of the one to show."""
    scenarios = read_scenarios_for(stack)
    await connections.gateway.feed(scenarios.links, scenarios.rewards)
    claims = [_unhelped(one) for one in scenarios.claims]
    channels = asyncio.create_task(OfflinePartners(stack, claims, connections.mailbox).answer())
    runner = ScenarioRunner(
        connections.client, connections.gateway, connections.partners, lambda: None
    )
    await runner.run(claims, PLAY_SECONDS)
    channels.cancel()
    return next(one.row.number for one in claims if one.row.request_key == TELLING)


def _unhelped(scenario: Scenario) -> Scenario:
    """The example without what agents and members do: who needs a person still does."""
    steps = scenario.steps.model_copy(update={"actions": ()})
    return scenario.model_copy(update={"play": steps})


async def _form(browser: Browser, platform: str) -> None:
    page = await browser.new_page(viewport=PHONE)
    await page.goto(f"{platform}/members/jan")
    await page.locator("main button").click()
    await _shoot(page, "form-1-kind")
    await page.locator("a[href='/form/missing_cashback']").click()
    await _shoot(page, "form-2-link")
    await page.locator("input[name=choice]:not([disabled])").first.check()
    await page.locator("main button[type=submit]").click()
    await page.locator("main button[type=submit]").click()  # nothing is filled in: the errors show
    await _shoot(page, "form-3-fields")
    await page.close()


async def _desk(browser: Browser, platform: str, number: str) -> None:
    page = await browser.new_page(viewport=DESK)
    await page.goto(f"{platform}/agents/dorota")
    await page.locator("main button").click()
    await _shoot(page, "desk")
    address = page.url.partition("/desk")[0]
    await page.goto(f"{address}/desk/tickets/{number}?language=en")
    await _shoot(page, "desk-ticket")
    await page.close()


async def _temporal(browser: Browser, ui: str, number: str) -> None:
    page = await browser.new_page(viewport={"width": 1440, "height": 1100})
    await page.goto(f"{ui}/namespaces/default/workflows/{number}")
    await page.get_by_text("Event History").first.wait_for()
    await page.wait_for_timeout(UI_DRAWS)  # the UI polls without end, so no event marks its end
    await page.screenshot(path=FOLDER / "temporal-ticket.png")
    await page.close()


async def _shoot(page: Page, name: str) -> None:
    await page.wait_for_load_state("networkidle")
    await page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


if __name__ == "__main__":
    if lacking := missing():
        sys.exit(f"screenshots need Debian's chromium and `make browser`: missing is {lacking}")
    asyncio.run(main())
    exit_process(0)
