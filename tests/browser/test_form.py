"""The form as members meet it: all kinds, in all languages, on a phone and on a desk."""

import re

import pytest
from playwright.async_api import ViewportSize

from domain.partners.claim_kind import ClaimKind
from domain.partners.market import LANGUAGES
from tests.browser.conftest import Opener
from tests.browser.member_pages import Sitting
from tests.browser.page_checks import DESK, PHONE
from tests.support.browser_client import DAY, FRIEND, ORDER, numbers_in
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago

SCREENS = (PHONE, DESK)
EVERY_WAY = [
    (language, kind.value, SCREENS[(row + column) % 2])
    for row, language in enumerate(LANGUAGES)
    for column, kind in enumerate(ClaimKind)
]
"""Every kind in every language; each language and each kind on both screens."""


@pytest.mark.parametrize(("language", "kind", "screen"), EVERY_WAY)
async def test_a_member_files(
    gateway: RunningGateway, open_eyes: Opener, language: str, kind: str, screen: ViewportSize
) -> None:
    """R2, R11, R15, R17, R26-R30: from the platform to the number, on screen and by mail."""
    member, eyes = Sitting(gateway, language), await open_eyes(screen)
    await member.open_account()
    page = await member.enter(eyes)
    await eyes.observe()
    await member.pick_kind(page, kind)
    await eyes.observe()
    await member.pick_first(page)
    await eyes.observe()
    await member.fill_in(page, kind)
    await member.send(page)
    number = await member.number_shown(page)
    await eyes.observe()
    assert await page.locator("html").get_attribute("lang") == language
    row = await member.row(number)
    assert (row["account_id"], row["kind"], row["partner_id"]) == (member.account, kind, "velotel")
    assert row["answers"]["order_number"] == member.order
    gateway.env.number = number
    await gateway.env.wait_for_emails("confirmation")
    (letter,) = gateway.env.mailbox.find(number=number)
    assert (f"{member.account}@example.com" in letter.to, letter.language) == (True, language)


async def test_an_error_is_shown_at_its_field_and_what_was_typed_is_kept(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R22, R23: all at once, in words, and nothing is filed yet."""
    member, eyes = Sitting(gateway), await open_eyes(PHONE)
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_referral_reward")
    tomorrow = days_ago(-2).isoformat()
    wrong = {DAY: tomorrow, ORDER: "no idea", FRIEND: ""}
    await member.fill_in(page, "missing_referral_reward", **wrong)
    await member.send(page)
    await eyes.observe()
    for name, words in {
        DAY: "The date must not lie in the future.",
        ORDER: "The entry does not have the form that the partner expects.",
        FRIEND: "This field is required.",
    }.items():
        assert await page.locator(f"#{name}-error").inner_text() == words
        assert await page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
        assert await page.locator(f"#{name}").input_value() == wrong[name]
    summary = page.get_by_role("alert")
    await summary.get_by_role("link", name="Contract number").click()
    assert page.url.endswith(f"#{ORDER}")
    assert await member.tickets() == []
    await member.fill_in(page, "missing_referral_reward")
    await member.send(page)
    assert await member.tickets() == [await member.number_shown(page)]


async def test_what_is_not_possible_yet_or_any_more_is_greyed_with_reason_and_date(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R7-R9, R16, R35, R36."""
    member, eyes = Sitting(gateway), await open_eyes()
    await member.link("buchkiste", 1)
    await member.link("fernweh", 10)
    await member.link("velotel", 30)
    await member.link("velotel", 200)
    await member.link("velotel", 400)
    page = await member.enter(eyes)
    await member.pick_kind(page, "missing_cashback")
    await eyes.observe()
    early, held, possible, _, late = [
        page.locator(".option").nth(place) for place in range(await page.locator(".option").count())
    ]
    assert await early.get_by_role("radio").is_disabled()
    said = await early.inner_text()
    assert re.search(r"Not possible yet.* from this moment on: \d+ \w+ \d{4} at \d\d:\d\d", said)
    assert await held.get_by_role("radio").is_enabled()
    assert "Possible now" in await held.inner_text()
    assert await possible.get_by_role("radio").is_enabled()
    assert await late.get_by_role("radio").is_disabled()
    said = await late.inner_text()
    assert re.search(r"Not possible\s.*The last day was \d+ \w+ \d{4}", said)


async def test_without_a_link_a_kind_word_says_why(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R10."""
    member, eyes = Sitting(gateway, "pl"), await open_eyes(PHONE)
    page = await member.enter(eyes)
    for kind in ClaimKind:
        await page.goto(f"{gateway.address}/form/{kind}")
        await eyes.observe()
        assert await page.get_by_role("radio").count() == 0
        assert await page.get_by_role("main").get_by_role("button").count() == 0
        assert "help@rewards.example" in await page.locator("main").inner_text()


async def test_sending_without_a_choice_asks_for_one(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    member, eyes = Sitting(gateway, "de"), await open_eyes()
    await member.link("velotel", 30)
    await member.link("fernweh", 60)
    page = await member.enter(eyes)
    await member.pick_kind(page, "missing_cashback")
    await page.get_by_role("button", name="Weiter").click()
    await eyes.observe()
    assert "Bitte wählen Sie etwas aus." in await page.get_by_role("alert").inner_text()


async def test_pressed_twice_and_sent_again_it_is_one_ticket_and_one_letter(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R25: also after a look back, and after loading again."""
    member, eyes = Sitting(gateway), await open_eyes()
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await page.get_by_role("button", name=member.words["send"]).dblclick()
    number = await member.number_shown(page)
    await page.reload()
    assert await member.number_shown(page) == number
    await page.go_back()
    assert await member.number_shown(page) == number
    assert await member.tickets() == [number]
    gateway.env.number = number
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")


async def test_a_refusal_says_why_and_leads_back_with_what_was_typed(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R9: too early, with the moment; corrected, it is filed; sent once more, the first stands."""
    member, eyes = Sitting(gateway), await open_eyes(PHONE)
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback", **{DAY: days_ago(0).isoformat()})
    await member.send(page)
    await eyes.observe()
    refusal = await page.get_by_role("alert").inner_text()
    assert re.search(r"from this moment on: \d+ \w+ \d{4} at \d\d:\d\d", refusal)
    await page.get_by_role("button", name="Change the entries").click()
    await eyes.observe()
    assert await page.locator(f"#{ORDER}").input_value() == member.order
    assert await page.locator(f"#{DAY}").input_value() == days_ago(0).isoformat()
    await page.fill(f"#{DAY}", days_ago(19).isoformat())
    await member.send(page)
    number = await member.number_shown(page)
    await member.come_to_the_form(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await member.send(page)
    await eyes.observe()
    refusal = await page.get_by_role("alert").inner_text()
    assert numbers_in(refusal) == [number]


async def test_a_granted_reward_is_refused_with_the_customer_services_address(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R4, R6."""
    member, eyes = Sitting(gateway, "pl"), await open_eyes()
    await member.link("velotel", 30)
    await member.reward("velotel", 3, state="granted")
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback")
    await member.send(page)
    await eyes.observe()
    assert "help@rewards.example" in await page.get_by_role("alert").inner_text()
    assert await page.get_by_role("main").get_by_role("button").count() == 0


async def test_a_held_claim_is_confirmed_with_the_moment_at_which_it_is_sent(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R9."""
    member, eyes = Sitting(gateway, "de"), await open_eyes(PHONE)
    await member.link("fernweh", 10)
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    await page.fill(f"#{DAY}", days_ago(5).isoformat())
    await page.fill("#answer-booking_number", f"FW{member.account[-6:].upper().replace('-', 'X')}")
    await page.fill("#answer-travel_ended_on", days_ago(1).isoformat())
    await member.send(page)
    await page.wait_for_url("**/form/result?*")
    await eyes.observe()
    said = await page.locator("main").inner_text()
    assert "angelegt und wartet" in said
    assert re.search(r"am \d+\. \w+ \d{4} um \d\d:\d\d Uhr", said)


async def test_the_form_works_without_javascript(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    member = Sitting(gateway)
    eyes = await open_eyes(PHONE, java_script_enabled=False)
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "rejected_reward")
    assert await page.locator(f"#{ORDER}").input_value() == member.order
    await member.fill_in(page, "rejected_reward")
    await member.send(page)
    assert await member.tickets() == [await member.number_shown(page)]


async def test_the_language_can_be_changed_at_every_step(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    member, eyes = Sitting(gateway, "pl"), await open_eyes()
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    before = page.url
    await page.get_by_role("link", name="Deutsch").click()
    assert page.url == f"{before}&language=de"
    await eyes.observe()
    assert await page.get_by_role("button", name="Nachbuchungsanfrage stellen").count() == 1
    await page.goto(f"{gateway.address}/form")
    assert await page.get_by_role("link", name="Fehlendes Cashback").count() == 1


async def test_a_way_in_that_is_no_longer_good_says_where_to_begin(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    """R2, R3."""
    eyes = await open_eyes(PHONE, locale="pl-PL")
    answer = await eyes.page.goto(f"{gateway.address}/form")
    assert answer
    assert answer.status == 403
    await eyes.observe()
    assert "Wsparcie" in await eyes.page.locator("main").inner_text()


async def test_what_members_write_is_shown_and_never_run(
    gateway: RunningGateway, open_eyes: Opener
) -> None:
    hostile = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\"'{{7*7}}"
    member, eyes = Sitting(gateway, name=hostile), await open_eyes()
    await member.open_account()
    page = await member.enter(eyes)
    await member.come_to_the_form(page, "missing_cashback")
    await member.fill_in(page, "missing_cashback", **{ORDER: hostile})
    await member.send(page)
    await eyes.observe()
    assert await page.locator(f"#{ORDER}").input_value() == hostile
    assert await page.locator("script, img").count() == 0
    assert await page.title() != "taken"
