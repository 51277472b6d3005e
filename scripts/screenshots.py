"""`make screenshots`: pictures of the pages, from a separate stack, to `docs/`.

The demo runs first, so that the agent pages have content.
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
from tests.support.browser.page_checks import DESKTOP, PHONE, missing

STATE: Final = ROOT / ".local" / "screenshots"
FOLDER: Final = ROOT / "docs" / "screenshots"
RUN_SECONDS: Final = 14.0
"""Long enough for some tickets to close, some to wait, and some to need an agent."""
UI_RENDER_MILLISECONDS: Final = 4000.0
SHOWN_REQUEST_KEY: Final = "volt-too-much"
"""The request key of the scenario whose ticket is shown: it needs an agent."""


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
            await _shoot_form(browser, platform)
            await _shoot_agent_pages(browser, platform, number)
            await _shoot_temporal_ui(browser, ui, number)
            await browser.close()


async def _run(stack: Stack, connections: Connections) -> str:
    """Run the scenarios for a while; return the number of the one to show."""
    scenarios = read_scenarios_for(stack)
    await connections.gateway.feed(scenarios.links, scenarios.rewards)
    claims = [_without_actions(one) for one in scenarios.claims]
    channels = asyncio.create_task(OfflinePartners(stack, claims, connections.mailbox).answer())
    runner = ScenarioRunner(
        connections.client, connections.gateway, connections.partners, lambda: None
    )
    await runner.run(claims, RUN_SECONDS)
    channels.cancel()
    return next(one.row.number for one in claims if one.row.request_key == SHOWN_REQUEST_KEY)


def _without_actions(scenario: Scenario) -> Scenario:
    """Return the scenario without actions of agents and members: it still needs them."""
    steps = scenario.steps.model_copy(update={"actions": ()})
    return scenario.model_copy(update={"steps": steps})


async def _shoot_form(browser: Browser, platform: str) -> None:
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


async def _shoot_agent_pages(browser: Browser, platform: str, number: str) -> None:
    page = await browser.new_page(viewport=DESKTOP)
    await page.goto(f"{platform}/agents/dorota")
    await page.locator("main button").click()
    await _shoot(page, "desk")
    address = page.url.partition("/desk")[0]
    await page.goto(f"{address}/desk/tickets/{number}?language=en")
    await _shoot(page, "desk-ticket")
    await page.close()


async def _shoot_temporal_ui(browser: Browser, ui: str, number: str) -> None:
    page = await browser.new_page(viewport={"width": 1440, "height": 1100})
    await page.goto(f"{ui}/namespaces/default/workflows/{number}")
    await page.get_by_text("Event History").first.wait_for()
    await page.wait_for_timeout(
        UI_RENDER_MILLISECONDS
    )  # the UI polls without end, so no event marks its end
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
