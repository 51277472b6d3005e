"""An agent at the desk: comes in, finds a ticket by what is in hand, reads its story, acts."""

import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, ViewportSize, expect

from domain.numbers import ALPHABET
from tests.browser.conftest import Opener
from tests.browser.eyes import DESK, PHONE, Eyes
from tests.gateway.front import Front
from tests.gateway.tickets import a_sent_ticket, an_ended_ticket

SIZES: Final = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
LANGUAGES: Final = {"pl": "pl-PL", "de": "de-DE", "en": "en-GB"}
HOSTILE: Final = '<script>document.title = "taken"</script> \u202eevil\u202c <b>"quoted"</b>'


async def at_the_desk(
    front: Front, open_eyes: Opener, size: ViewportSize = DESK, name: str = "dorota", **options: Any
) -> Eyes:
    """An agent who has just come in, with an English browser unless something else is said."""
    eyes = await open_eyes(size, **{"locale": "en-GB"} | options)
    token = front.handover(sub=name, roles=["agent"])
    await eyes.page.goto(f"{front.address}/desk/enter?token={token}")
    await expect(eyes.page).to_have_url(f"{front.address}/desk")
    return eyes


async def seek(page: Page, front: Front, words: str) -> None:
    """Type into the one box."""
    await page.goto(f"{front.address}/desk")
    await page.get_by_role("searchbox").fill(words)
    await page.get_by_role("searchbox").press("Enter")


async def opened(eyes: Eyes, front: Front, number: str, act: str) -> Page:
    """A ticket's page with one of its forms unfolded."""
    await eyes.page.goto(f"{front.address}/desk/tickets/{number}")
    await eyes.page.locator("summary", has_text=re.compile(f"^{act}$")).click()
    return eyes.page


def mistyped(number: str) -> str:
    """A number with one wrong character."""
    return number[:5] + ALPHABET[(ALPHABET.index(number[5]) + 3) % 32] + number[6:]


@SIZES
async def test_an_agent_finds_a_ticket_by_whatever_is_in_hand(
    front: Front, open_eyes: Opener, size: ViewportSize
) -> None:
    account, order = front.new_id("acc"), f"VT-{6000 + size['width']}-1"
    number = await a_sent_ticket(front, account, order)
    eyes = await at_the_desk(front, open_eyes, size)
    page = eyes.page
    await eyes.look()
    await seek(page, front, number.lower().replace("-", " "))
    await expect(page).to_have_url(f"{front.address}/desk/tickets/{number}")
    await eyes.look()
    for words in (order.replace("-", ""), f"{account}@example.com"):
        await seek(page, front, words)
        await expect(page.get_by_role("link", name=number)).to_be_visible()
    await eyes.look()
    await seek(page, front, "Velotel")
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(number)


async def test_a_mistyped_number_is_told_as_such(front: Front, open_eyes: Opener) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    await seek(eyes.page, front, mistyped(number))
    await expect(eyes.page.get_by_role("status")).to_contain_text("one of its characters")
    await expect(eyes.page.get_by_role("searchbox")).to_have_value(mistyped(number))
    await eyes.look()
    answer = await eyes.page.goto(f"{front.address}/desk/tickets/{mistyped(number)}")
    assert answer
    assert answer.status == 404
    await expect(eyes.page.get_by_role("status")).to_contain_text("mistyped")
    await eyes.look()
    await seek(eyes.page, front, "ZW-4KQ7-P9XT-M2AB-C")
    await expect(eyes.page.get_by_role("status")).to_contain_text("no such ticket")


@pytest.mark.parametrize("language", LANGUAGES)
@SIZES
async def test_every_page_speaks_every_language(
    front: Front, open_eyes: Opener, size: ViewportSize, language: str
) -> None:
    number = await a_sent_ticket(front, answers_note="x")
    await front.stage.partner_says("information_requested", questions=["order_number", "Kiedy?"])
    await front.stage.stands("information_requested")
    eyes = await at_the_desk(front, open_eyes, size, locale=LANGUAGES[language])
    for address in ("", "/queues/overdue", "?q=nothing-like-this", f"/tickets/{number}"):
        await eyes.page.goto(f"{front.address}/desk{address}")
        await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
        await eyes.look()
    for summary in await eyes.page.locator("summary").all():
        await summary.click()
    await eyes.look()
    await eyes.page.get_by_role("button").last.click()
    await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
    await eyes.look()


async def test_choosing_a_language_keeps_what_was_looked_for(
    front: Front, open_eyes: Opener
) -> None:
    eyes = await at_the_desk(front, open_eyes)
    await seek(eyes.page, front, "nothing-like-this")
    await eyes.page.get_by_role("link", name="Deutsch").click()
    await expect(eyes.page.get_by_role("searchbox")).to_have_value("nothing-like-this")
    await expect(eyes.page.locator("html")).to_have_attribute("lang", "de")
    await eyes.page.goto(f"{front.address}/desk")
    await expect(eyes.page.locator("html")).to_have_attribute("lang", "de")


@SIZES
async def test_an_agent_decides_what_a_partner_left_open(
    front: Front, open_eyes: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(front)
    await front.stage.partner_says("confirmed", reward={"amount": "900", "currency": "PLN"})
    await front.stage.stands("awaiting_cancellation_period", "amount_undecided")
    eyes = await at_the_desk(front, open_eyes, size, "anna")
    await expect(eyes.page.get_by_text("Nobody has decided the amount.").last).to_be_attached()
    page = await opened(eyes, front, number, "Confirm the reward")
    await expect(page.locator("summary")).to_have_text(["Confirm the reward", "Reject"])
    await page.get_by_label("Why do you decide so?").first.fill("the partner said so by telephone")
    await page.get_by_role("button", name="Confirm the reward").click()
    await expect(page.locator("#confirm_amount-error")).to_contain_text("name an amount")
    await expect(page.get_by_label("Why do you decide so?").first).to_have_value(
        "the partner said so by telephone"
    )
    await eyes.look()
    await page.get_by_label("Amount in PLN").fill("950,50")
    await page.get_by_role("button", name="Confirm the reward").click()
    await expect(page.get_by_role("status")).to_contain_text("Your decision is recorded")
    await expect(page.get_by_text("agent anna")).to_be_visible()
    await expect(page.get_by_text("the partner said so by telephone")).to_be_visible()
    await eyes.look()
    row = await front.stage.row()
    assert (str(row["confirmed_amount"]), row["attention"]) == ("950.50", [])


async def test_an_agent_rejects_with_a_reason_in_words(front: Front, open_eyes: Opener) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    page = await opened(eyes, front, number, "Reject")
    await page.get_by_label("Reason for the member").select_option(
        "The order or contract was cancelled."
    )
    await page.locator("#reject_note").fill("they showed us the cancellation")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("status")).to_contain_text("recorded")
    await expect(page.get_by_text("the ticket has ended")).to_be_visible()
    assert (await front.stage.row())["reason_code"] == "order_cancelled"


async def test_an_agent_asks_by_fields_and_in_words(front: Front, open_eyes: Opener) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    page = await opened(eyes, front, number, "Ask the member")
    await page.get_by_role("button", name="Ask the member").click()
    await expect(page.locator("#ask_words-error")).to_contain_text("tick a field")
    await page.get_by_label("Contract number").check()
    await page.locator("#ask_words").fill("Kiedy podpisano umowę?")
    await page.get_by_role("button", name="Ask the member").click()
    await expect(page.get_by_role("status")).to_contain_text("has been asked")
    await expect(page.get_by_text("Kiedy podpisano umowę?")).to_be_visible()
    await front.stage.got_letters("confirmation", "information_needed")
    await eyes.look()


async def test_an_agent_withdraws_and_has_a_claim_sent_again(
    front: Front, open_eyes: Opener
) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    page = await opened(eyes, front, number, "Send to the partner again")
    await page.locator("#resend_reason").fill("they lost it")
    await page.get_by_role("button", name="Send to the partner again").click()
    await expect(page.get_by_role("status")).to_contain_text("once more")
    page = await opened(eyes, front, number, "Withdraw")
    await page.locator("#withdraw_reason").fill("filed twice")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_role("status")).to_contain_text("is withdrawn")
    await expect(page.get_by_text("filed twice")).to_be_visible()
    await front.stage.stands("withdrawn")


async def test_sent_twice_and_reloaded_it_is_done_once(front: Front, open_eyes: Opener) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    page = await opened(eyes, front, number, "Ask the member")
    await page.locator("#ask_words").fill("Kiedy?")
    content = await page.locator("details[open] form").evaluate(
        "form => Object.fromEntries(new FormData(form))"
    )
    await page.get_by_role("button", name="Ask the member").dblclick()
    await expect(page.get_by_role("status")).to_contain_text("has been asked")
    await page.reload()
    again = await page.request.post(page.url.partition("?")[0], form=content, max_redirects=0)
    assert again.status == 303
    moves = await front.stage.moves()
    assert len([move for move in moves if move.startswith("information_requested")]) == 1


async def test_what_is_no_longer_possible_is_told_on_the_page(
    front: Front, open_eyes: Opener
) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    page = await opened(eyes, front, number, "Withdraw")
    await front.stage.partner_says("rejected", reason_code="order_not_found")
    await front.stage.ended()
    await page.locator("#withdraw_reason").fill("changed their mind")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_role("alert")).to_contain_text("no longer possible")
    await expect(page.get_by_text("moved nothing: not possible")).to_be_visible()
    await eyes.look()


@SIZES
async def test_hostile_words_are_shown_and_do_nothing(
    front: Front, open_eyes: Opener, size: ViewportSize
) -> None:
    account = front.new_id("acc")
    contact = {"email": f"{account}@example.com", "name": HOSTILE, "language": "pl"}
    number = await a_sent_ticket(front, account, contact=contact)
    await front.stage.partner_says("information_requested", note=HOSTILE, questions=[HOSTILE])
    await front.stage.stands("information_requested")
    await front.stage.ask("provide_information", note=HOSTILE * 30)
    await front.stage.stands("sent_to_partner")
    eyes = await at_the_desk(front, open_eyes, size)
    await eyes.page.goto(f"{front.address}/desk/tickets/{number}")
    await expect(eyes.page).to_have_title(re.compile(number))
    assert await eyes.page.locator("script").count() == 0
    html = await eyes.page.content()
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    await eyes.look()
    await seek(eyes.page, front, HOSTILE + "\u202e\x07" + "x" * 50)
    await eyes.look()


@SIZES
async def test_all_of_it_works_without_javascript(
    front: Front, open_eyes: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes, size, java_script_enabled=False)
    await seek(eyes.page, front, number)
    await eyes.page.locator("summary", has_text="Withdraw").click()
    await eyes.page.locator("#withdraw_reason").fill("filed twice")
    await eyes.page.get_by_role("button", name="Withdraw").click()
    await expect(eyes.page.get_by_role("status")).to_contain_text("is withdrawn")


async def test_who_has_no_session_is_told_how_to_come_in(front: Front, open_eyes: Opener) -> None:
    number = await an_ended_ticket(front)
    for language, locale in LANGUAGES.items():
        eyes = await open_eyes(PHONE, locale=locale)
        for address in ("", "/queues/attention", f"/tickets/{number}"):
            answer = await eyes.page.goto(f"{front.address}/desk{address}")
            assert answer
            assert answer.status == 401
            assert number not in (await eyes.page.content()).replace(eyes.page.url, "")
        await expect(eyes.page.locator("html")).to_have_attribute("lang", language)
        await eyes.look()


async def test_a_link_works_once_and_only_for_agents(front: Front, open_eyes: Opener) -> None:
    token = front.handover(sub="dorota", roles=["agent"])
    for one, status in ((token, 200), (token, 403), (front.handover(), 403), ("nonsense", 403)):
        eyes = await open_eyes()
        answer = await eyes.page.goto(f"{front.address}/desk/enter?token={one}")
        assert answer
        assert answer.status == status
        await eyes.look()


async def test_a_second_click_on_the_link_leads_back_to_the_desk(
    front: Front, open_eyes: Opener
) -> None:
    eyes = await open_eyes()
    token = front.handover(sub="dorota", roles=["agent"])
    for _ in range(2):
        await eyes.page.goto(f"{front.address}/desk/enter?token={token}")
        await expect(eyes.page).to_have_url(f"{front.address}/desk")


async def test_who_signs_out_is_out(front: Front, open_eyes: Opener) -> None:
    eyes = await at_the_desk(front, open_eyes)
    await eyes.page.get_by_role("button", name="Sign out").click()
    await expect(eyes.page.get_by_role("status")).to_contain_text("signed out")
    answer = await eyes.page.goto(f"{front.address}/desk")
    assert answer
    assert answer.status == 401


async def test_a_ticket_leads_to_its_workflow_in_temporal(front: Front, open_eyes: Opener) -> None:
    number = await a_sent_ticket(front)
    eyes = await at_the_desk(front, open_eyes)
    await eyes.page.goto(f"{front.address}/desk/tickets/{number}")
    link = eyes.page.get_by_role("link", name="Its workflow in Temporal")
    namespace = front.stage.client.namespace
    address = f"http://temporal.example/namespaces/{namespace}/workflows/{number}"
    await expect(link).to_have_attribute("href", address)


async def test_pages_of_a_list_follow_each_other(front: Front, open_eyes: Opener) -> None:
    account = front.new_id("acc")
    numbers = [await a_sent_ticket(front, account) for _ in range(27)]
    eyes = await at_the_desk(front, open_eyes)
    await seek(eyes.page, front, f"{account}@example.com")
    await expect(eyes.page.locator("tbody tr")).to_have_count(25)
    await eyes.page.get_by_role("link", name="Next page").click()
    shown = eyes.page.locator("tbody tr td:first-child")
    await expect(shown).to_have_text([numbers[1], numbers[0]])
    await eyes.look()
    await eyes.page.get_by_role("link", name="To the first page").click()
    await expect(eyes.page.locator("tbody tr")).to_have_count(25)
