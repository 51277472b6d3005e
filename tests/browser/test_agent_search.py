"""An agent signs in, finds a ticket by any of its identifiers, and reads its history."""

from playwright.async_api import ViewportSize, expect

from domain.values.ticket_number import ALPHABET
from tests.browser.conftest import Opener
from tests.support.browser.agent_pages import SIZES, open_agent_pages, search_ticket
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket


def mistyped(number: str) -> str:
    """A number with one wrong character."""
    return number[:5] + ALPHABET[(ALPHABET.index(number[5]) + 3) % 32] + number[6:]


@SIZES
async def test_an_agent_finds_a_ticket_by_any_of_its_identifiers(
    gateway: RunningGateway, open_tab: Opener, size: ViewportSize
) -> None:
    account, order = gateway.new_id("acc"), f"VT-{6000 + size['width']}-1"
    number = await a_sent_ticket(gateway, account, order)
    tab = await open_agent_pages(gateway, open_tab, size)
    page = tab.page
    await tab.observe()
    await search_ticket(page, gateway, number.lower().replace("-", " "))
    await expect(page).to_have_url(f"{gateway.address}/desk/tickets/{number}")
    await tab.observe()
    for query in (order.replace("-", ""), f"{account}@example.com"):
        await search_ticket(page, gateway, query)
        await expect(page.get_by_role("link", name=number)).to_be_visible()
    await tab.observe()
    await search_ticket(page, gateway, "Velotel")
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(number)


async def test_a_mistyped_number_is_named_as_such(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    await search_ticket(tab.page, gateway, mistyped(number))
    await expect(tab.page.get_by_role("status")).to_contain_text("one of its characters")
    await expect(tab.page.get_by_role("searchbox")).to_have_value(mistyped(number))
    await tab.observe()
    answer = await tab.page.goto(f"{gateway.address}/desk/tickets/{mistyped(number)}")
    assert answer
    assert answer.status == 404
    await expect(tab.page.get_by_role("status")).to_contain_text("mistyped")
    await tab.observe()
    await search_ticket(tab.page, gateway, "ZW-4KQ7-P9XT-M2AB-C")
    await expect(tab.page.get_by_role("status")).to_contain_text("no such ticket")
