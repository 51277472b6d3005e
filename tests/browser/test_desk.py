"""An agent at the desk: comes in, finds a ticket by what is in hand, reads its story."""

import re
from typing import Final

from playwright.async_api import ViewportSize, expect

from domain.values.ticket_number import ALPHABET
from tests.browser.agent_pages import SIZES, at_the_desk, seek
from tests.browser.conftest import Opener
from tests.browser.page_checks import PHONE
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket, an_ended_ticket

LANGUAGES: Final = {"pl": "pl-PL", "de": "de-DE", "en": "en-GB"}
HOSTILE: Final = '<script>document.title = "taken"</script> \u202eevil\u202c <b>"quoted"</b>'


def mistyped(number: str) -> str:
    """A number with one wrong character."""
    return number[:5] + ALPHABET[(ALPHABET.index(number[5]) + 3) % 32] + number[6:]


@SIZES
async def test_an_agent_finds_a_ticket_by_whatever_is_in_hand(
    gateway: RunningGateway, open_eyes: Opener, size: ViewportSize
) -> None:
    account, order = gateway.new_id("acc"), f"VT-{6000 + size['width']}-1"
    number = await a_sent_ticket(gateway, account, order)
    eyes = await at_the_desk(gateway, open_eyes, size)
    page = eyes.page
    await eyes.observe()
    await seek(page, gateway, number.lower().replace("-", " "))
    await expect(page).to_have_url(f"{gateway.address}/desk/tickets/{number}")
    await eyes.observe()
    for words in (order.replace("-", ""), f"{account}@example.com"):
        await seek(page, gateway, words)
        await expect(page.get_by_role("link", name=number)).to_be_visible()
    await eyes.observe()
    await seek(page, gateway, "Velotel")
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(number)


async def test_a_mistyped_number_is_named_as_such(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    eyes = await at_the_desk(gateway, open_eyes)
    await seek(eyes.page, gateway, mistyped(number))
    await expect(eyes.page.get_by_role("status")).to_contain_text("one of its characters")
    await expect(eyes.page.get_by_role("searchbox")).to_have_value(mistyped(number))
    await eyes.observe()
    answer = await eyes.page.goto(f"{gateway.address}/desk/tickets/{mistyped(number)}")
    assert answer
    assert answer.status == 404
    await expect(eyes.page.get_by_role("status")).to_contain_text("mistyped")
    await eyes.observe()
    await seek(eyes.page, gateway, "ZW-4KQ7-P9XT-M2AB-C")
    await expect(eyes.page.get_by_role("status")).to_contain_text("no such ticket")


@SIZES
async def test_every_page_speaks_every_language(
    gateway: RunningGateway, open_eyes: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("information_requested", questions=["order_number", "Kiedy?"])
    await gateway.env.wait_for_state("information_requested")
    for language, locale in LANGUAGES.items():
        eyes = await at_the_desk(gateway, open_eyes, size, locale=locale)
        for address in ("", "/queues/overdue", "?q=nothing-like-this", f"/tickets/{number}"):
            await eyes.page.goto(f"{gateway.address}/desk{address}")
            await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
            await eyes.observe()
        for summary in await eyes.page.locator("summary").all():
            await summary.click()
        await eyes.observe()
        await eyes.page.get_by_role("button").last.click()
        await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
        await eyes.observe()


async def test_choosing_a_language_keeps_what_was_looked_for(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    eyes = await at_the_desk(gateway, open_eyes)
    await seek(eyes.page, gateway, "nothing-like-this")
    await eyes.page.get_by_role("link", name="Deutsch").click()
    await expect(eyes.page.get_by_role("searchbox")).to_have_value("nothing-like-this")
    await expect(eyes.page.locator("html")).to_have_attribute("lang", "de")
    await eyes.page.goto(f"{gateway.address}/desk")
    await expect(eyes.page.locator("html")).to_have_attribute("lang", "de")


@SIZES
async def test_hostile_words_are_shown_and_do_nothing(
    gateway: RunningGateway, open_eyes: Opener, size: ViewportSize
) -> None:
    account = gateway.new_id("acc")
    contact = {"email": f"{account}@example.com", "name": HOSTILE, "language": "pl"}
    number = await a_sent_ticket(gateway, account, contact=contact)
    await gateway.env.send_outcome("information_requested", note=HOSTILE, questions=[HOSTILE])
    await gateway.env.wait_for_state("information_requested")
    await gateway.env.send_update("provide_information", note=HOSTILE * 30)
    await gateway.env.wait_for_state("sent_to_partner")
    eyes = await at_the_desk(gateway, open_eyes, size)
    await eyes.page.goto(f"{gateway.address}/desk/tickets/{number}")
    await expect(eyes.page).to_have_title(re.compile(number))
    assert await eyes.page.locator("script").count() == 0
    html = await eyes.page.content()
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    await eyes.observe()
    await seek(eyes.page, gateway, HOSTILE + "\u202e\x07" + "x" * 50)
    await eyes.observe()


async def test_who_has_no_session_reads_how_to_sign_in(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    number = await an_ended_ticket(gateway)
    for language, locale in LANGUAGES.items():
        eyes = await open_eyes(PHONE, locale=locale)
        for address in ("", "/queues/attention", f"/tickets/{number}"):
            answer = await eyes.page.goto(f"{gateway.address}/desk{address}")
            assert answer
            assert answer.status == 401
            assert number not in (await eyes.page.content()).replace(eyes.page.url, "")
        await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
        await eyes.observe()


async def test_a_link_works_once_and_only_for_agents(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    token = gateway.login_token(sub="dorota", roles=["agent"])
    for one, status in (
        (token, 200),
        (token, 403),
        (gateway.login_token(), 403),
        ("nonsense", 403),
    ):
        eyes = await open_eyes()
        answer = await eyes.page.goto(f"{gateway.address}/desk/sign-in?token={one}")
        assert answer
        assert answer.status == status
        await eyes.observe()
        if status == 200:
            await eyes.page.get_by_role("button").click()
            await expect(eyes.page).to_have_url(f"{gateway.address}/desk")


async def test_a_second_click_on_the_link_leads_back_to_the_desk(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    eyes = await at_the_desk(gateway, open_eyes)
    token = gateway.login_token(sub="dorota", roles=["agent"])
    for role in ("button", "link"):
        await eyes.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
        way = eyes.page.locator("main").get_by_role("button" if role == "button" else "link")
        await way.click()
        await expect(eyes.page).to_have_url(f"{gateway.address}/desk")


async def test_who_comes_as_somebody_else_is_asked_first(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    eyes = await at_the_desk(gateway, open_eyes)
    token = gateway.login_token(sub="eve", roles=["agent"])
    await eyes.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await expect(eyes.page.get_by_role("status")).to_contain_text("signed in here as dorota")
    await eyes.observe()
    await eyes.page.goto(f"{gateway.address}/desk")
    await expect(eyes.page.get_by_text("Signed in: dorota.")).to_be_visible()
    await eyes.page.goto(f"{gateway.address}/desk/sign-in?token={token}")
    await eyes.page.get_by_role("button", name="Continue").click()
    await expect(eyes.page.get_by_text("Signed in: eve.")).to_be_visible()


async def test_who_signs_out_is_out(gateway: RunningGateway, open_eyes: Opener) -> None:
    eyes = await at_the_desk(gateway, open_eyes)
    await eyes.page.get_by_role("button", name="Sign out").click()
    await expect(eyes.page.get_by_role("status")).to_contain_text("signed out")
    await expect(eyes.page.get_by_role("link", name="Deutsch")).to_have_count(0)
    answer = await eyes.page.goto(f"{gateway.address}/desk")
    assert answer
    assert answer.status == 401


async def test_a_ticket_leads_to_its_workflow_in_temporal(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    eyes = await at_the_desk(gateway, open_eyes)
    await eyes.page.goto(f"{gateway.address}/desk/tickets/{number}")
    link = eyes.page.get_by_role("link", name="Its workflow in Temporal")
    namespace = gateway.env.client.namespace
    address = f"http://temporal.example/namespaces/{namespace}/workflows/{number}"
    await expect(link).to_have_attribute("href", address)


async def test_pages_of_a_list_follow_each_other(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    account = gateway.new_id("acc")
    contact = {"email": f"{account}@example.com", "name": "Jan", "language": "pl"}
    accounts = [f"{account}-{place // 9}" for place in range(27)]  # one may claim ten times a day
    numbers = [await a_sent_ticket(gateway, one, contact=contact) for one in accounts]
    eyes = await at_the_desk(gateway, open_eyes)
    await seek(eyes.page, gateway, f"{account}@example.com")
    await expect(eyes.page.locator("tbody tr")).to_have_count(25)
    await eyes.page.get_by_role("link", name="Next page").click()
    shown = eyes.page.locator("tbody tr td:first-child")
    await expect(shown).to_have_text([numbers[1], numbers[0]])
    await eyes.observe()
    await eyes.page.get_by_role("link", name="To the first page").click()
    await expect(eyes.page.locator("tbody tr")).to_have_count(25)
