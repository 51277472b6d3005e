"""The e-mail of a question, its link, the page and the answer, as a member sees them."""

import pytest
from playwright.async_api import ViewportSize

from tests.browser.conftest import Opener
from tests.support.browser.page_checks import DESKTOP, PHONE
from tests.support.gateway.answer_page import link_with_question
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import an_order

TEXTS = {
    "pl": ("To pole jest wymagane.", "Dziękujemy, odpowiedź dotarła"),
    "de": ("Bitte füllen Sie dieses Feld aus.", "Vielen Dank, wir haben Ihre Antwort erhalten"),
    "en": ("This field is required.", "Thank you, we've received your answer"),
}


@pytest.mark.parametrize(("language", "screen"), [("pl", PHONE), ("de", DESKTOP), ("en", PHONE)])
async def test_a_member_answers_through_the_link_in_the_email(
    gateway: RunningGateway, open_tab: Opener, language: str, screen: ViewportSize
) -> None:
    """R34: in the e-mail's language; missing answers are named, and the entries are preserved."""
    contact = {"email": "jan@example.com", "name": "Jan", "language": language}
    question = "Which <tariff> was it?\nThe small one, or the large one?"
    link = await link_with_question(gateway, "order_number", question, contact=contact)
    tab, order = await open_tab(screen), an_order()
    missing, thanks = TEXTS[language]
    page = tab.page
    await page.goto(link)
    await tab.observe()
    await page.fill("#answer-order_number", order)
    await page.get_by_role("button").click()
    await tab.observe()
    assert await page.locator("#note-1-error").inner_text() == missing
    assert await page.locator("#answer-order_number").input_value() == order
    await page.fill("#note-1", "The small one.")
    calls = len(gateway.env.partner.calls)
    await page.get_by_role("button").dblclick()
    await page.get_by_role("status").wait_for()
    await tab.observe()
    assert thanks in await page.get_by_role("status").inner_text()
    await gateway.env.partner.wait_for_calls(calls + 1)
    assert gateway.env.partner.calls[-1].claim["answers"]["order_number"] == order
    await page.reload()
    assert thanks in await page.get_by_role("status").inner_text()


async def test_an_invalid_link_says_what_to_do(gateway: RunningGateway, open_tab: Opener) -> None:
    tab = await open_tab(PHONE, locale="de-DE")
    await tab.page.goto(f"{gateway.address}/tickets/ZW-0000-0000-0000-0/information?token=x")
    await tab.observe()
    assert "Kundenservice" in await tab.page.get_by_role("status").inner_text()
