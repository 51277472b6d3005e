"""The member form: all kinds, in all languages, on a phone and on a desktop."""

import pytest
from playwright.async_api import ViewportSize

from domain.partners.claim_kind import ClaimKind
from domain.partners.market import LANGUAGES
from tests.browser.conftest import Opener
from tests.support.browser.member_pages import FormSession
from tests.support.browser.page_checks import DESKTOP, PHONE
from tests.support.browser_client import DAY, FRIEND, ORDER
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago

SCREENS = (PHONE, DESKTOP)


COMBINATIONS = [
    (language, kind.value, SCREENS[(row + column) % 2])
    for row, language in enumerate(LANGUAGES)
    for column, kind in enumerate(ClaimKind)
]
"""Every kind in every language; each language and each kind on both screens."""


@pytest.mark.parametrize(("language", "kind", "screen"), COMBINATIONS)
async def test_a_member_files(
    gateway: RunningGateway, open_tab: Opener, language: str, kind: str, screen: ViewportSize
) -> None:
    """R2, R11, R15, R17, R26-R30: from the platform to the number, on screen and by mail."""
    member, tab = FormSession(gateway, language), await open_tab(screen)
    await member.register_claimable()
    page = await member.sign_in(tab)
    await tab.observe()
    await member.pick_kind(page, kind)
    await tab.observe()
    await member.pick_first(page)
    await tab.observe()
    await member.fill_in(page, kind)
    await member.send(page)
    number = await member.displayed_number(page)
    await tab.observe()
    assert await page.locator("html").get_attribute("lang") == language
    row = await member.row(number)
    assert (row["account_id"], row["kind"], row["partner_id"]) == (member.account, kind, "velotel")
    assert row["answers"]["order_number"] == member.order
    gateway.env.number = number
    await gateway.env.wait_for_emails("confirmation")
    (email,) = gateway.env.mailbox.find(number=number)
    assert (f"{member.account}@example.com" in email.to, email.language) == (True, language)


async def test_an_error_is_shown_at_its_field_and_the_entries_are_preserved(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R22, R23: all errors at once, as text, and nothing is filed yet."""
    member, tab = FormSession(gateway), await open_tab(PHONE)
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_referral_reward")
    tomorrow = days_ago(-2).isoformat()
    wrong = {DAY: tomorrow, ORDER: "no idea", FRIEND: ""}
    await member.fill_in(page, "missing_referral_reward", **wrong)
    await member.send(page)
    await tab.observe()
    for name, text in {
        DAY: "The date can’t be in the future.",
        ORDER: "Please check the format, for example VT-2231-9.",
        FRIEND: "This field is required.",
    }.items():
        assert await page.locator(f"#{name}-error").inner_text() == text
        assert await page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
        assert await page.locator(f"#{name}").input_value() == wrong[name]
    summary = page.get_by_role("alert")
    await summary.get_by_role("link", name="Contract number").click()
    assert page.url.endswith(f"#{ORDER}")
    assert await member.tickets() == []
    await member.fill_in(page, "missing_referral_reward")
    await member.send(page)
    assert await member.tickets() == [await member.displayed_number(page)]
