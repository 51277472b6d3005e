"""An agent decides, withdraws, asks and sends claims again: once, and with a reason."""

from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import Opener
from tests.support.browser.agent_pages import SIZES, open_action, open_agent_pages, search_ticket
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket


@SIZES
async def test_an_agent_decides_a_claim_that_its_partner_did_not_answer(
    gateway: RunningGateway, open_tab: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("confirmed", reward={"amount": "900", "currency": "PLN"})
    await gateway.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    tab = await open_agent_pages(gateway, open_tab, size, "anna")
    await expect(tab.page.get_by_text("Amount not set.").last).to_be_attached()
    page = await open_action(tab, gateway, number, "Confirm the reward")
    await expect(page.locator("summary")).to_have_text(["Confirm the reward", "Reject"])
    await page.get_by_label("Reason (internal, not shown to the member)").first.fill(
        "the partner said so by telephone"
    )
    await page.get_by_label("Amount in PLN").fill("0")
    await page.get_by_role("button", name="Confirm the reward").click()
    await expect(page.locator("#confirm_amount-error")).to_contain_text("greater than zero")
    await expect(
        page.get_by_label("Reason (internal, not shown to the member)").first
    ).to_have_value("the partner said so by telephone")
    await tab.observe()
    await page.get_by_label("Amount in PLN").fill("150,50")
    await page.get_by_role("button", name="Confirm the reward").click()
    await expect(page.get_by_role("status")).to_contain_text("Your decision is recorded")
    await expect(page.get_by_text("agent anna").last).to_be_visible()
    await expect(page.locator("blockquote", has_text="by telephone")).to_be_visible()
    await tab.observe()
    row = await gateway.env.row()
    assert (str(row["confirmed_amount"]), row["attention"]) == ("150.50", [])


async def test_an_agent_rejects_with_a_free_text_reason(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    page = await open_action(tab, gateway, number, "Reject")
    await page.get_by_label("Reason for the member").select_option(
        "The order or contract was cancelled."
    )
    await page.locator("#reject_note").fill("they showed us the cancellation")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("status")).to_contain_text("recorded")
    await expect(page.get_by_text("the ticket is closed")).to_be_visible()
    assert (await gateway.env.row())["reason_code"] == "order_cancelled"


async def test_an_agent_asks_with_fields_and_free_text(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    page = await open_action(tab, gateway, number, "Ask the member")
    await page.get_by_role("button", name="Ask the member").click()
    await expect(page.locator("#ask_question-error")).to_contain_text("tick a field")
    await page.get_by_label("Contract number").check()
    await page.locator("#ask_question").fill("Kiedy podpisano umowę?")
    await page.get_by_role("button", name="Ask the member").click()
    await expect(page.get_by_role("status")).to_contain_text("has been asked")
    await expect(page.get_by_text("Kiedy podpisano umowę?")).to_be_visible()
    await gateway.env.wait_for_emails("confirmation", "information_needed")
    await tab.observe()


async def test_an_agent_withdraws_and_has_a_claim_sent_again(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    page = await open_action(tab, gateway, number, "Send to the partner again")
    await page.locator("#resend_reason").fill("they lost it")
    await page.get_by_role("button", name="Send to the partner again").click()
    await expect(page.get_by_role("status")).to_contain_text("once more")
    page = await open_action(tab, gateway, number, "Withdraw")
    await page.locator("#withdraw_reason").fill("filed twice")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_role("status")).to_contain_text("is withdrawn")
    await expect(page.get_by_text("filed twice")).to_be_visible()
    await gateway.env.wait_for_state("withdrawn")


async def test_a_form_that_is_sent_twice_and_reloaded_acts_once(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    page = await open_action(tab, gateway, number, "Ask the member")
    await page.locator("#ask_question").fill("Kiedy?")
    content = await page.locator("details[open] form").evaluate(
        "form => Object.fromEntries(new FormData(form))"
    )
    await page.get_by_role("button", name="Ask the member").dblclick()
    await expect(page.get_by_role("status")).to_contain_text("has been asked")
    await page.reload()
    again = await page.request.post(page.url.partition("?")[0], form=content, max_redirects=0)
    assert again.status == 303
    transitions = await gateway.env.transitions()
    assert (
        len(
            [
                transition
                for transition in transitions
                if transition.startswith("information_requested")
            ]
        )
        == 1
    )


async def test_the_page_shows_that_an_action_is_no_longer_possible(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab)
    page = await open_action(tab, gateway, number, "Withdraw")
    await gateway.env.send_outcome("rejected", reason_code="order_not_found")
    await gateway.env.wait_until_closed()
    await page.locator("#withdraw_reason").fill("changed their mind")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_role("alert")).to_contain_text("no longer possible")
    await expect(page.get_by_text("had no effect: not possible")).to_be_visible()
    await tab.observe()


@SIZES
async def test_agent_actions_work_without_javascript(
    gateway: RunningGateway, open_tab: Opener, size: ViewportSize
) -> None:
    number = await a_sent_ticket(gateway)
    tab = await open_agent_pages(gateway, open_tab, size, java_script_enabled=False)
    await search_ticket(tab.page, gateway, number)
    await tab.page.locator("summary", has_text="Withdraw").click()
    await tab.page.locator("#withdraw_reason").fill("filed twice")
    await tab.page.get_by_role("button", name="Withdraw").click()
    await expect(tab.page.get_by_role("status")).to_contain_text("is withdrawn")
