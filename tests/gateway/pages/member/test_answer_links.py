"""Links of questions: only the right token opens the page."""

import re
from datetime import UTC, datetime, timedelta

from adapters.security.signed_links import (
    OUTCOME,
    LinkSubject,
    member_link,
    sign_link,
    sign_payload,
)
from tests.support.gateway.answer_page import answer, link_with_question, open_page
from tests.support.gateway.running_gateway import SIGNING_SECRET, RunningGateway

LATER = datetime.now(UTC) + timedelta(days=3)


async def test_all_invalid_tokens_get_the_same_page(gateway: RunningGateway) -> None:
    link = await link_with_question(gateway, "Why?")
    number, _, token = gateway.env.number, *link.partition("token=")[1:]
    address = f"{gateway.address}/tickets/{number}/information"
    other = str((await gateway.env.file(account=gateway.new_id("acc"))).number)
    invalid = [
        "",
        token[:-1],
        token + "A",
        *(token[:index] + _other(token[index]) + token[index + 1 :] for index in (0, 20, 60, -1)),
        sign_link(SIGNING_SECRET, member_link(number), datetime.now(UTC) - timedelta(seconds=1)),
        sign_link(SIGNING_SECRET, member_link(other), LATER),
        sign_link(SIGNING_SECRET, LinkSubject(OUTCOME, number, ""), LATER),
        sign_link(SIGNING_SECRET, LinkSubject("information", number, "velotel"), LATER),
        sign_link("made-up-and-not-the-secret-that-signs-pages", member_link(number), LATER),
        sign_payload(SIGNING_SECRET, "form", number, LATER),
    ]
    addresses = [f"{address}?token={one}" for one in invalid]
    unknown = "ZW-0000-0000-0000-0"
    addresses += [address, link.replace(number, other), link.replace(number, unknown)]
    addresses += [f"{gateway.address}/tickets/x/information?token={token}"]
    pages = {(await open_page(gateway, one)).text.replace(one, "") for one in addresses}
    statuses = {(await open_page(gateway, one)).status_code for one in addresses}
    statuses |= {(await answer(gateway, one, note__1="me")).status_code for one in addresses}
    assert statuses == {403}
    assert len({re.sub(r'href="\?[^"]*"', "", page) for page in pages}) == 1
    await gateway.env.handle.describe()
    assert (await open_page(gateway, link)).status_code == 200


def _other(character: str) -> str:
    return "A" if character != "A" else "B"


async def test_a_token_for_an_unknown_number_opens_nothing(
    gateway: RunningGateway,
) -> None:
    unknown = "ZW-0000-0000-0000-0"
    token = sign_link(SIGNING_SECRET, member_link(unknown), LATER)
    page = await open_page(
        gateway, f"{gateway.address}/tickets/{unknown}/information?token={token}"
    )
    assert page.status_code == 403


async def test_a_malformed_form_is_refused_with_a_page(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "Why?")
    content = {"content-type": "multipart/form-data; boundary=x"}
    page = await gateway.http.post(link, content=b"--x\r\nbroken", headers=content)
    assert page.status_code in (400, 422)
    assert "<h1>" in page.text
    huge = await gateway.http.post(link, data={"note-1": "x" * 2_000_000})
    assert huge.status_code == 413


async def test_a_member_who_keeps_answering_does_not_block_agents(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "Why?")
    for index in range(60):
        await gateway.http.post(link, data={"note-1": f"because {index}"})
    assert (await gateway.http.post(link, data={"note-1": "so"})).status_code == 429
    path = f"/v1/tickets/{gateway.env.number}/resend"
    done = await gateway.http.post(path, json={"reason": "lost"}, headers=gateway.as_agent())
    assert done.status_code == 200, done.text
