"""The agent pages in every language and with hostile text."""

import re
from typing import Final

from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import Opener
from tests.support.browser.agent_cases import LANGUAGES
from tests.support.browser.agent_pages import SIZES, open_agent_pages, search_ticket
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket

HOSTILE: Final = '<script>document.title = "taken"</script> \u202eevil\u202c <b>"quoted"</b>'


@SIZES
async def test_every_page_is_shown_in_every_language(
    gateway: RunningGateway, open_tab: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("information_requested", questions=["order_number", "Kiedy?"])
    await gateway.env.wait_for_state("information_requested")
    for language, locale in LANGUAGES.items():
        tab = await open_agent_pages(gateway, open_tab, size, locale=locale)
        for address in ("", "/queues/overdue", "?q=nothing-like-this", f"/tickets/{number}"):
            await tab.page.goto(f"{gateway.address}/desk{address}")
            await expect(tab.page.locator("html")).to_have_attribute("lang", language)
            await tab.observe()
        for summary in await tab.page.locator("summary").all():
            await summary.click()
        await tab.observe()
        await tab.page.get_by_role("button").last.click()
        await expect(tab.page.locator("html")).to_have_attribute("lang", language)
        await tab.observe()


async def test_choosing_a_language_preserves_the_search(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_agent_pages(gateway, open_tab)
    await search_ticket(tab.page, gateway, "nothing-like-this")
    await tab.page.get_by_role("link", name="Deutsch").click()
    await expect(tab.page.get_by_role("searchbox")).to_have_value("nothing-like-this")
    await expect(tab.page.locator("html")).to_have_attribute("lang", "de")
    await tab.page.goto(f"{gateway.address}/desk")
    await expect(tab.page.locator("html")).to_have_attribute("lang", "de")


@SIZES
async def test_hostile_text_is_shown_and_does_nothing(
    gateway: RunningGateway, open_tab: Opener, size: ViewportSize
) -> None:
    account = gateway.new_id("acc")
    contact = {"email": f"{account}@example.com", "name": HOSTILE, "language": "pl"}
    number = await a_sent_ticket(gateway, account, contact=contact)
    await gateway.env.send_outcome("information_requested", note=HOSTILE, questions=[HOSTILE])
    await gateway.env.wait_for_state("information_requested")
    await gateway.env.send_update("provide_information", note=HOSTILE * 30)
    await gateway.env.wait_for_state("sent_to_partner")
    tab = await open_agent_pages(gateway, open_tab, size)
    await tab.page.goto(f"{gateway.address}/desk/tickets/{number}")
    await expect(tab.page).to_have_title(re.compile(number))
    assert await tab.page.locator("script").count() == 0
    html = await tab.page.content()
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    await tab.observe()
    await search_ticket(tab.page, gateway, HOSTILE + "\u202e\x07" + "x" * 50)
    await tab.observe()


async def test_a_ticket_links_to_its_workflow_in_temporal(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    await tab.page.goto(f"{gateway.address}/desk/tickets/{number}")
    link = tab.page.get_by_role("link", name="View workflow in Temporal")
    namespace = gateway.env.client.namespace
    address = f"http://temporal.example/namespaces/{namespace}/workflows/{number}"
    await expect(link).to_have_attribute("href", address)


async def test_pages_of_a_list_follow_each_other(gateway: RunningGateway, open_tab: Opener) -> None:
    account = gateway.new_id("acc")
    contact = {"email": f"{account}@example.com", "name": "Jan", "language": "pl"}
    accounts = [f"{account}-{index // 9}" for index in range(27)]  # one may claim ten times a day
    numbers = [await a_sent_ticket(gateway, one, contact=contact) for one in accounts]
    tab = await open_agent_pages(gateway, open_tab)
    await search_ticket(tab.page, gateway, f"{account}@example.com")
    await expect(tab.page.locator("tbody tr")).to_have_count(25)
    await tab.page.get_by_role("link", name="Next page").click()
    shown = tab.page.locator("tbody tr td:first-child")
    await expect(shown).to_have_text([numbers[1], numbers[0]])
    await tab.observe()
    await tab.page.get_by_role("link", name="To the first page").click()
    await expect(tab.page.locator("tbody tr")).to_have_count(25)
