"""The page that shows a member where a ticket stands, behind the link in every e-mail."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from adapters.security.signed_links import member_link, sign_link, sign_status_link
from tests.support.gateway.answer_page import LINK, link_with_question
from tests.support.gateway.partner_client import a_ticket, outcome, send_outcomes
from tests.support.gateway.running_gateway import SIGNING_SECRET, RunningGateway
from tests.support.workflow.claims import days_ago

STATUS_LINK = re.compile(r"http\S+/status\?token=[\w.-]+")
CONTACT = {"email": "secret-address@example.com", "name": "Secretname", "language": "en"}


async def a_status_link(gateway: RunningGateway, language: str = "en") -> str:
    """File a claim, and return the link in its confirmation."""
    contact = CONTACT | {"language": language}
    await gateway.env.file_and_send(
        account=gateway.new_id("acc"), contact=contact, note="secretnote"
    )
    await gateway.env.wait_for_emails("confirmation")
    (email,) = gateway.env.mailbox.find(number=gateway.env.number)
    (link,) = STATUS_LINK.findall(email.text)
    assert f'href="{link}"' in email.html
    return str(link)


def current_step(page: httpx.Response) -> str:
    (step,) = re.findall(r'aria-current="step">([^<]*)<', page.text)
    return str(step)


@pytest.fixture
def without_status_page(gateway: RunningGateway) -> Iterator[None]:
    state = gateway.app.state
    context = state.context
    settings = context.settings.model_copy(update={"status_page": "off"})
    state.context = replace(context, settings=settings)
    yield
    state.context = context


async def test_the_link_in_an_email_shows_who_acts_next_and_by_when(
    gateway: RunningGateway,
) -> None:
    page = await gateway.http.get(await a_status_link(gateway))
    assert page.status_code == 200
    assert current_step(page) == "Being checked by Velotel"
    assert "Velotel has to answer." in page.text
    assert "At the latest on" in page.text
    assert "We sent your claim to Velotel." in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex"


async def test_each_step_is_shown_until_the_reward(gateway: RunningGateway) -> None:
    link = await a_status_link(gateway)
    number = gateway.env.number
    await send_outcomes(gateway, outcome(gateway, number, cancellation_ends_on=str(days_ago(-60))))
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    confirmed = await gateway.http.get(link)
    assert current_step(confirmed) == "Waiting until the order can no longer be cancelled"
    assert "Velotel confirmed your claim." in confirmed.text
    await send_outcomes(gateway, outcome(gateway, number, activated_on=str(days_ago(90))))
    assert (await gateway.env.wait_until_closed()).granted_amount
    granted = await gateway.http.get(link)
    assert current_step(granted) == "Reward granted"
    assert "<dt>Granted</dt>" in granted.text
    assert "What happens next" not in granted.text


async def test_a_rejection_shows_its_reason_in_the_members_language(
    gateway: RunningGateway,
) -> None:
    link = await a_status_link(gateway, "de")
    rejected = outcome(gateway, gateway.env.number, "rejected", reason_code="not_new_customer")
    await send_outcomes(gateway, rejected)
    await gateway.env.wait_until_closed()
    page = await gateway.http.get(link)
    assert "Ihre Anfrage wurde abgelehnt" in page.text
    assert "Die Prämie gilt nur für Neukunden" in page.text


async def test_it_shows_nothing_that_identifies_the_member_or_an_agent(
    gateway: RunningGateway,
) -> None:
    link = await a_status_link(gateway)
    number, row = gateway.env.number, await gateway.env.row()
    account, order_number = row["account_id"], row["answers"]["order_number"]
    path, agent = f"/v1/tickets/{number}", gateway.as_agent("secretagent")
    decision = {"outcome": "rejected", "reason_code": "other", "note": "secretdecision"}
    decided = await gateway.http.post(f"{path}/decision", json=decision, headers=agent)
    assert decided.status_code == 200, decided.text
    page = await gateway.http.get(link)
    status = await gateway.http.get(f"{path}/status", headers=gateway.as_platform(account))
    assert status.status_code == 200, status.text
    for text in (page.text, status.text):
        assert "ecret" not in text
        assert account not in text
        assert order_number not in text
    assert status.json()["order_number"] == f"…{order_number[-4:]}"


async def test_an_open_question_is_answered_from_there(gateway: RunningGateway) -> None:
    await link_with_question(gateway, "Why?")
    email, _ = gateway.env.mailbox.find(number=gateway.env.number)
    (link,) = STATUS_LINK.findall(email.text)
    page = await gateway.http.get(link)
    assert "We need more information from you" in page.text
    (path,) = re.findall(r'href="(/tickets/[^"]*/information\?token=[^"]*)"', page.text)
    assert "Why?" in (await gateway.http.get(path)).text
    assert LINK.findall(email.text)


async def test_all_links_that_open_nothing_get_the_same_page(gateway: RunningGateway) -> None:
    link = await a_status_link(gateway)
    number, other = gateway.env.number, await a_ticket(gateway)
    unknown, token = "ZW-0000-0000-0000-0", link.partition("token=")[2]
    address = f"{gateway.address}/tickets/{number}/status?token="
    links = [
        address,
        address + token[:-1],
        address + token + "A",
        address + sign_status_link(SIGNING_SECRET, number, 2),
        address + sign_status_link(SIGNING_SECRET, other, 1),
        address + sign_status_link("made-up-and-not-the-secret-that-signs-pages", number, 1),
        address + sign_link(SIGNING_SECRET, member_link(number), gateway.app.state.context.now),
        link.replace(number, other),
        link.replace(number, unknown),
        address.replace(number, unknown) + sign_status_link(SIGNING_SECRET, unknown, 1),
    ]
    pages = [await gateway.http.get(one) for one in links]
    assert {page.status_code for page in pages} == {403}
    texts = {re.sub(r'href="\?[^"]*"', "", page.text) for page in pages}
    assert len(texts) == 1
    assert "This link does not work" in texts.pop()


async def test_a_new_link_replaces_all_earlier_ones(gateway: RunningGateway) -> None:
    link = await a_status_link(gateway)
    address = f"/v1/tickets/{gateway.env.number}/status-link"
    assert (await gateway.http.post(address, headers=gateway.as_platform())).status_code == 403
    renewed = await gateway.http.post(address, headers=gateway.as_agent())
    assert renewed.status_code == 200, renewed.text
    assert (await gateway.http.get(link)).status_code == 403
    assert (await gateway.http.get(renewed.json()["url"])).status_code == 200
    await send_outcomes(gateway, outcome(gateway, gateway.env.number))
    await gateway.env.wait_for_emails("confirmation", "partner_confirmed")
    (email, _) = gateway.env.mailbox.find(number=gateway.env.number)
    assert STATUS_LINK.findall(email.text) == [renewed.json()["url"]]


async def test_opening_the_page_changes_nothing_however_often(gateway: RunningGateway) -> None:
    """Mail servers open links; more than thirty requests a minute are too many."""
    link = await a_status_link(gateway)
    before = await gateway.env.row()
    statuses = [(await gateway.http.get(link)).status_code for _ in range(35)]
    assert statuses[:25] == [200] * 25
    assert statuses[-1] == 429
    assert await gateway.env.row() == before
    assert (await gateway.http.post(link)).status_code == 405


async def test_a_platform_sees_the_status_of_its_own_members_only(gateway: RunningGateway) -> None:
    await a_status_link(gateway)
    address = f"/v1/tickets/{gateway.env.number}/status"
    other = await gateway.http.get(address, headers=gateway.as_platform("acc-other"))
    assert (other.status_code, other.json()["code"]) == (404, "unknown_ticket")
    status = (await gateway.http.get(address, headers=gateway.as_platform())).json()
    assert (status["step"], status["waiting_for"]) == (2, "partner")
    assert [one["event"] for one in status["history"]] == ["claim_accepted", "claim_sent"]


@pytest.mark.usefixtures("without_status_page")
async def test_without_a_status_page_every_link_opens_nothing(gateway: RunningGateway) -> None:
    """R30."""
    link = await a_status_link(gateway)
    assert (await gateway.http.get(link)).status_code == 403
    path = f"/v1/tickets/{gateway.env.number}/status"
    status = await gateway.http.get(path, headers=gateway.as_platform())
    renewed = await gateway.http.post(f"{path}-link", headers=gateway.as_agent())
    for response in (status, renewed):
        assert (response.status_code, response.json()["code"]) == (403, "not_shown_to_members")
