"""Agents sign in to their pages and out of them."""

from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.support.browser.agent_cases import LANGUAGES
from tests.support.browser.agent_pages import open_agent_pages
from tests.support.browser.page_checks import PHONE
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_closed_ticket


async def test_without_a_session_the_page_says_how_to_sign_in(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_closed_ticket(gateway)
    for language, locale in LANGUAGES.items():
        tab = await open_tab(PHONE, locale=locale)
        for address in ("", "/queues/attention", f"/tickets/{number}"):
            answer = await tab.page.goto(f"{gateway.address}/desk{address}")
            assert answer
            assert answer.status == 401
            assert number not in (await tab.page.content()).replace(tab.page.url, "")
        await expect(tab.page.locator("html")).to_have_attribute("lang", language)
        await tab.observe()


async def test_a_link_works_once_and_only_for_agents(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    token = gateway.login_token(sub="dorota", roles=["agent"])
    for one, status in (
        (token, 200),
        (token, 403),
        (gateway.login_token(), 403),
        ("nonsense", 403),
    ):
        tab = await open_tab()
        answer = await tab.page.goto(f"{gateway.address}/desk/sign-in?token={one}")
        assert answer
        assert answer.status == status
        await tab.observe()
        if status == 200:
            await tab.page.get_by_role("button").click()
            await expect(tab.page).to_have_url(f"{gateway.address}/desk")


async def test_a_second_click_on_the_link_leads_back_to_the_agent_pages(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_agent_pages(gateway, open_tab)
    token = gateway.login_token(sub="dorota", roles=["agent"])
    for role in ("button", "link"):
        await tab.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
        target = tab.page.locator("main").get_by_role("button" if role == "button" else "link")
        await target.click()
        await expect(tab.page).to_have_url(f"{gateway.address}/desk")


async def test_a_session_of_another_reader_is_not_replaced_without_asking(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_agent_pages(gateway, open_tab)
    token = gateway.login_token(sub="eve", roles=["agent"])
    await tab.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await expect(tab.page.get_by_role("status")).to_contain_text("signed in here as dorota")
    await tab.observe()
    await tab.page.goto(f"{gateway.address}/desk")
    await expect(tab.page.get_by_text("Signed in: dorota.")).to_be_visible()
    await tab.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await tab.page.get_by_role("button", name="Continue").click()
    await expect(tab.page.get_by_text("Signed in: eve.")).to_be_visible()


async def test_signing_out_ends_the_agents_session(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_agent_pages(gateway, open_tab)
    await tab.page.get_by_role("button", name="Sign out").click()
    await expect(tab.page.get_by_role("status")).to_contain_text("signed out")
    await expect(tab.page.get_by_role("link", name="Deutsch")).to_have_count(0)
    answer = await tab.page.goto(f"{gateway.address}/desk")
    assert answer
    assert answer.status == 401
