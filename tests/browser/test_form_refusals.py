"""Refusals of the member's form, and links that cannot be claimed."""

import re

from domain.partners.claim_kind import ClaimKind
from tests.browser.conftest import Opener
from tests.support.browser.member_pages import FormSession
from tests.support.browser.page_checks import PHONE
from tests.support.browser_client import DAY, ORDER, numbers_in
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago


async def test_links_that_are_too_early_or_too_late_are_greyed_with_reason_and_date(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R7-R9, R16, R35, R36."""
    member, tab = FormSession(gateway), await open_tab()
    await member.link("buchkiste", 1)
    await member.link("fernweh", 10)
    await member.link("velotel", 30)
    await member.link("velotel", 200)
    await member.link("velotel", 400)
    page = await member.sign_in(tab)
    await member.pick_kind(page, "missing_cashback")
    await tab.observe()
    early, held, possible, _, late = [
        page.locator(".option").nth(index) for index in range(await page.locator(".option").count())
    ]
    assert await early.get_by_role("radio").is_disabled()
    text = await early.inner_text()
    assert re.search(r"Not possible yet.* from \d+ \w+ \d{4} at \d\d:\d\d", text)
    assert await held.get_by_role("radio").is_enabled()
    assert "Possible now" in await held.inner_text()
    assert await possible.get_by_role("radio").is_enabled()
    assert await late.get_by_role("radio").is_disabled()
    text = await late.inner_text()
    assert re.search(r"Not possible\s.*The last day was \d+ \w+ \d{4}", text)


async def test_a_kind_without_links_says_why(gateway: RunningGateway, open_tab: Opener) -> None:
    """R10."""
    member, tab = FormSession(gateway, "pl"), await open_tab(PHONE)
    page = await member.sign_in(tab)
    for kind in ClaimKind:
        await page.goto(f"{gateway.address}/form/{kind}")
        await tab.observe()
        assert await page.get_by_role("radio").count() == 0
        assert await page.get_by_role("main").get_by_role("button").count() == 0
        assert "help@rewards.example" in await page.locator("main").inner_text()


async def test_a_form_without_a_choice_asks_for_one(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    member, tab = FormSession(gateway, "de"), await open_tab()
    await member.link("velotel", 30)
    await member.link("fernweh", 60)
    page = await member.sign_in(tab)
    await member.pick_kind(page, "missing_cashback")
    await page.get_by_role("button", name="Weiter").click()
    await tab.observe()
    assert "Bitte wählen Sie etwas aus." in await page.get_by_role("alert").inner_text()


async def test_a_refusal_says_why_and_leads_back_with_the_entries(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R9: too early, with the time; corrected, it is filed; sent again, the first result counts."""
    member, tab = FormSession(gateway), await open_tab(PHONE)
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback", **{DAY: days_ago(0).isoformat()})
    await member.send(page)
    await tab.observe()
    refusal = await page.get_by_role("alert").inner_text()
    assert re.search(r"from \d+ \w+ \d{4} at \d\d:\d\d", refusal)
    await page.get_by_role("button", name="Change the entries").click()
    await tab.observe()
    assert await page.locator(f"#{ORDER}").input_value() == member.order
    assert await page.locator(f"#{DAY}").input_value() == days_ago(0).isoformat()
    await page.fill(f"#{DAY}", days_ago(19).isoformat())
    await member.send(page)
    number = await member.displayed_number(page)
    await member.open_form_page(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await member.send(page)
    await tab.observe()
    refusal = await page.get_by_role("alert").inner_text()
    assert numbers_in(refusal) == [number]


async def test_a_granted_reward_is_refused_with_the_customer_services_address(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R4, R6."""
    member, tab = FormSession(gateway, "pl"), await open_tab()
    await member.link("velotel", 30)
    await member.reward("velotel", 3, state="granted")
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await member.send(page)
    await tab.observe()
    assert "help@rewards.example" in await page.get_by_role("alert").inner_text()
    assert await page.get_by_role("main").get_by_role("button").count() == 0


async def test_a_held_claim_is_confirmed_with_the_time_at_which_it_is_sent(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R9."""
    member, tab = FormSession(gateway, "de"), await open_tab(PHONE)
    await member.link("fernweh", 10)
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    await page.fill(f"#{DAY}", days_ago(5).isoformat())
    await page.fill("#answer-booking_number", f"FW{member.account[-6:].upper().replace('-', 'X')}")
    await page.fill("#answer-travel_ended_on", days_ago(1).isoformat())
    await member.send(page)
    await page.wait_for_url("**/form/result?*")
    await tab.observe()
    text = await page.locator("main").inner_text()
    assert "angelegt und wartet" in text
    assert re.search(r"am \d+\. \w+ \d{4} um \d\d:\d\d Uhr", text)


async def test_an_expired_login_token_says_where_to_start(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R2, R3."""
    tab = await open_tab(PHONE, locale="pl-PL")
    answer = await tab.page.goto(f"{gateway.address}/form")
    assert answer
    assert answer.status == 403
    await tab.observe()
    assert "Wsparcie" in await tab.page.locator("main").inner_text()
