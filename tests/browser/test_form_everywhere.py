"""The member's form without JavaScript, in every language, and with hostile text."""

from tests.browser.conftest import Opener
from tests.support.browser.member_pages import FormSession
from tests.support.browser.page_checks import PHONE
from tests.support.browser_client import ORDER
from tests.support.gateway.running_gateway import RunningGateway


async def test_a_form_that_is_sent_several_times_is_one_ticket_and_one_email(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    """R25: also after going back, and after reloading."""
    member, tab = FormSession(gateway), await open_tab()
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await page.get_by_role("button", name=member.labels["send"]).dblclick()
    number = await member.displayed_number(page)
    await page.reload()
    assert await member.displayed_number(page) == number
    await page.go_back()
    assert await member.displayed_number(page) == number
    assert await member.tickets() == [number]
    gateway.env.number = number
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")


async def test_the_form_works_without_javascript(gateway: RunningGateway, open_tab: Opener) -> None:
    member = FormSession(gateway)
    tab = await open_tab(PHONE, java_script_enabled=False)
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "rejected_reward")
    assert await page.locator(f"#{ORDER}").input_value() == member.order
    await member.fill_in(page, "rejected_reward")
    await member.send(page)
    assert await member.tickets() == [await member.displayed_number(page)]


async def test_the_language_can_be_changed_at_every_step(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    member, tab = FormSession(gateway, "pl"), await open_tab()
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    before = page.url
    await page.get_by_role("link", name="Deutsch").click()
    assert page.url == f"{before}&language=de"
    await tab.observe()
    assert await page.get_by_role("button", name="Nachbuchungsanfrage stellen").count() == 1
    await page.goto(f"{gateway.address}/form")
    assert await page.get_by_role("link", name="Fehlendes Cashback").count() == 1


async def test_text_of_members_is_shown_and_never_run(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    hostile = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\"'{{7*7}}"
    member, tab = FormSession(gateway, name=hostile), await open_tab()
    await member.register_claimable()
    page = await member.sign_in(tab)
    await member.open_form_page(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback", **{ORDER: hostile})
    await member.send(page)
    await tab.observe()
    assert await page.locator(f"#{ORDER}").input_value() == hostile
    assert await page.locator("script, img").count() == 0
    assert await page.title() != "taken"
