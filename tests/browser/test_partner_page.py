"""A partner answers by link: three markets, three outcomes, on a phone and on a desktop."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import Opener
from tests.support.browser.page_checks import DESKTOP, PHONE, CheckedTab
from tests.support.gateway.partner_client import a_ticket, outcome_link
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\u202e\x0b{{7*7}}"
VELOTEL: dict[str, Any] = {}
BUCHKISTE: dict[str, Any] = {
    "partner_id": "buchkiste",
    "answers": {
        "order_number": "302-4471920",
        "order_total": "24,90",
        "customer_email": "greta@post.example",
        "remarks": HOSTILE,
    },
}
BRIGHTVOLT: dict[str, Any] = {
    "partner_id": "brightvolt",
    "answers": {
        "meter_number": "10012345678",
        "contract_started_on": days_ago(15).isoformat(),
        "account_holder": "Jan Kowalski",
        "tariff": "night_saver",
    },
}
BY_NUMBER = {"buchkiste": ("order_number", "302-{:07}"), "brightvolt": ("meter_number", "1{:010}")}


async def open_link(
    gateway: RunningGateway,
    open_tab: Opener,
    claim: dict[str, Any],
    viewport: ViewportSize,
    **options: Any,
) -> CheckedTab:
    """File a claim for a new order, and open its partner's link."""
    partner = claim.get("partner_id", "velotel")
    changes = dict(claim)
    if partner in BY_NUMBER:
        name, pattern = BY_NUMBER[partner]
        unique = pattern.format(int(gateway.new_id("order").split("-")[1]))
        changes["answers"] = claim["answers"] | {name: unique}
    number = await a_ticket(gateway, **changes)
    tab = await open_tab(viewport, **options)
    await tab.page.goto(outcome_link(gateway, number, partner))
    return tab


async def unfold(page: Page, text: str) -> None:
    """Unfold the form of one of the three outcomes."""
    await page.locator("summary", has_text=text).click()


async def press(page: Page, text: str) -> None:
    """Press the button with this text."""
    await page.get_by_role("button", name=text).click()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_partner_confirms_in_polish(
    gateway: RunningGateway, open_tab: Opener, viewport: ViewportSize
) -> None:
    tab = await open_link(gateway, open_tab, VELOTEL, viewport)
    page = tab.page
    await tab.observe()
    await unfold(page, "Potwierdź zlecenie")
    await page.get_by_label("Kwota nagrody w PLN").fill("dużo")
    await page.locator("#activated_on").fill(days_ago(90).isoformat())
    await tab.observe()
    await press(page, "Dalej")
    await expect(page.get_by_role("alert")).to_contain_text("Kwota nagrody w PLN")
    await tab.observe()
    await expect(page.locator("#activated_on")).to_have_value(days_ago(90).isoformat())
    await page.get_by_label("Kwota nagrody w PLN").fill("12,50")
    await press(page, "Dalej")
    await expect(page.get_by_role("heading", name="Czy wszystko się zgadza?")).to_be_visible()
    await tab.observe()
    await press(page, "Wyślij tę odpowiedź")
    await expect(page.get_by_role("status")).to_contain_text("Zlecenie zostało potwierdzone")
    await expect(page.get_by_role("status")).to_contain_text("12,50 zł")
    await tab.observe()
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    await page.reload()
    await expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_partner_rejects_in_german_and_text_of_members_stays_text(
    gateway: RunningGateway, open_tab: Opener, viewport: ViewportSize
) -> None:
    tab = await open_link(gateway, open_tab, BUCHKISTE, viewport)
    page = tab.page
    await expect(page.locator("main")).to_contain_text("<script>document.title='taken'</script>")
    await expect(page.locator("main")).to_contain_text("{{7*7}}")
    assert "taken" not in await page.title()
    await unfold(page, "Anfrage ablehnen")
    await page.get_by_label("Grund").select_option("order_returned")
    note = page.get_by_role("textbox", name="Notiz für den Kundenservice")
    await note.fill(f"{HOSTILE}\nZweite Zeile")
    await tab.observe()
    await press(page, "Weiter")
    note = page.locator("dt", has_text="Das Mitglied liest:").locator("+ dd")
    await expect(note).to_have_text("Die Bestellung wurde zurückgegeben.")
    await tab.observe()
    await press(page, "Ändern")
    await expect(page.get_by_label("Grund")).to_have_value("order_returned")
    await press(page, "Weiter")
    await press(page, "Diese Antwort senden")
    result = re.compile("Sie haben diese Anfrage abgelehnt|Diese Anfrage ist abgeschlossen")
    await expect(page.get_by_role("status")).to_contain_text(result)
    await tab.observe()
    assert (await gateway.env.wait_until_closed()).reason_code == "order_returned"


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_partner_asks_in_english_and_gets_the_claim_again_with_the_answer(
    gateway: RunningGateway, open_tab: Opener, viewport: ViewportSize
) -> None:
    tab = await open_link(gateway, open_tab, BRIGHTVOLT, viewport)
    page = tab.page
    await unfold(page, "Ask the member something")
    await page.get_by_label("Name on the contract").check()
    await page.get_by_label("Question to the member").fill("Whose name is on the bill?")
    await tab.observe()
    await press(page, "Continue")
    await tab.observe()
    await press(page, "Send this answer")
    await expect(page.get_by_role("status")).to_contain_text("You asked the member")
    await tab.observe()
    await gateway.env.wait_for_state("information_requested")
    await gateway.env.send_update("provide_information", actor="member", note="My mother's.")
    await gateway.env.wait_for_state("sent_to_partner")
    await page.reload()
    await expect(page.locator("main")).to_contain_text("My mother's.")
    await tab.observe()
    await unfold(page, "Confirm the claim")
    await press(page, "Continue")
    await press(page, "Send this answer")
    await expect(page.get_by_role("status")).to_contain_text("You confirmed this claim")


async def test_the_partner_page_works_without_javascript(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_link(gateway, open_tab, VELOTEL, PHONE, java_script_enabled=False)
    page = tab.page
    await unfold(page, "Odrzuć zlecenie")
    await page.get_by_label("Powód").select_option("not_new_customer")
    await press(page, "Dalej")
    await press(page, "Wyślij tę odpowiedź")
    # The ticket may already be closed; then its page says only that.
    ended = re.compile("Zlecenie zostało odrzucone|To zlecenie jest zakończone")
    await expect(page.locator("main")).to_contain_text(ended)


async def test_the_language_can_be_changed_and_the_link_stays_valid(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_link(gateway, open_tab, VELOTEL, DESKTOP)
    for language, text in (("Deutsch", "Was ist das Ergebnis?"), ("English", "What is the")):
        await tab.page.get_by_role("link", name=language).click()
        await expect(tab.page.locator("main")).to_contain_text(text)
        await tab.observe()
    assert await tab.page.context.cookies() == []


async def test_an_invalid_link_says_so_in_the_readers_language(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_tab(PHONE, locale="de-DE")
    answer = await tab.page.goto(f"{gateway.address}/partners/x/tickets/y/outcome?token=z")
    assert answer
    assert answer.status == 403
    await expect(tab.page.get_by_role("heading")).to_have_text("Dieser Link funktioniert nicht")
    await tab.observe()
