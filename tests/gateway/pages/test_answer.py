"""The page for a member's answer: the link of a question's letter opens it, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from adapters.security.signed_links import (
    OUTCOME,
    LinkSubject,
    member_link,
    sign_link,
    sign_payload,
)
from tests.support.gateway.answer_page import CONTACT, LINK, answer, asked, open_page
from tests.support.gateway.running_gateway import SIGNING_SECRET, RunningGateway
from tests.support.workflow.claims import a_claim, an_order, days_ago

LATER = datetime.now(UTC) + timedelta(days=3)


async def test_an_answer_reaches_the_partner_once(gateway: RunningGateway) -> None:
    """R17-R19, R22: the present answers stand in the fields; pressed twice, it is one answer."""
    order = an_order()
    link = await asked(gateway, "order_number", "Which tariff was it?", order=an_order())
    page = await open_page(gateway, link)
    assert page.status_code == 200
    known = (await gateway.env.row())["answers"]["order_number"]
    assert f'value="{known}"' in page.text
    assert "Which tariff was it?" in page.text
    calls = len(gateway.env.partner.calls)
    typed = {"answer__order_number": order, "note__1": "the small one"}
    for _ in range(2):
        thanks = await answer(gateway, link, **typed)
        assert "Thank you" in thanks.text
        assert thanks.url == link
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.partner.wait_for_calls(calls + 1)
    call = gateway.env.partner.calls[-1]
    assert call.key == f"{gateway.env.number}-information-1"
    assert (call.claim["answers"]["order_number"], call.claim["note"]) == (order, "the small one")
    moves = await gateway.env.transitions()
    assert [move for move in moves if move.startswith("information_provided")] == moves[-1:]


async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "order_number", "Why?", "Where?")
    hostile = "<b>no idea</b>"
    page = await answer(gateway, link, answer__order_number=hostile, note__1="because <i>so</i>")
    assert page.status_code == 422
    for name in ("answer-order_number", "note-2"):
        assert f'id="{name}-error"' in page.text
        assert f'href="#{name}"' in page.text
    assert 'id="note-1-error"' not in page.text
    assert "&lt;b&gt;no idea" in page.text
    assert "because &lt;i&gt;so" in page.text
    assert "<b>" not in page.text
    await gateway.env.wait_for_state("information_requested")


async def test_an_answer_that_says_nothing_is_asked_for_again(gateway: RunningGateway) -> None:
    link = await asked(gateway, "activated_on")
    page = await answer(gateway, link, answer__activated_on="", note=" ")
    assert page.status_code == 422
    assert 'id="note-error"' in page.text


async def test_an_order_for_which_a_ticket_stands_is_refused_in_words(
    gateway: RunningGateway,
) -> None:
    """R25."""
    account, other = gateway.new_id("acc"), an_order()
    await gateway.env.file_and_send(account=account, order=other)
    await gateway.env.file_and_send(account=account, contact=CONTACT)
    await gateway.env.send_outcome("information_requested", questions=["order_number"])
    await gateway.env.wait_for_emails("confirmation", "information_needed")
    (link,) = LINK.findall(gateway.env.mailbox.find(number=gateway.env.number)[0].text)
    page = await answer(gateway, link, answer__order_number=other)
    assert page.status_code == 422
    assert "Another ticket for this reward stands already." in page.text
    assert f'value="{other}"' in page.text


async def test_several_answers_in_words_stand_under_their_questions(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "Why?", "Where\nand when?")
    calls = len(gateway.env.partner.calls)
    await answer(gateway, link, note__1="So.", note__2="There.\nThen.")
    await gateway.env.partner.wait_for_calls(calls + 1)
    note = gateway.env.partner.calls[-1].claim["note"]
    assert note == "Why?\nSo.\n\nWhere and when?\nThere.\nThen."


async def test_answers_that_are_too_long_together_are_told_at_the_longest(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "Why?", "Where?")
    page = await answer(gateway, link, note__1="x" * 1000, note__2="y" * 3500)
    assert page.status_code == 422
    assert 'id="note-2-error"' in page.text
    assert 'id="note-1-error"' not in page.text


async def test_as_many_characters_as_a_browser_counts_may_be_typed(gateway: RunningGateway) -> None:
    """A browser counts an end of a line as one character, and sends two."""
    link = await asked(gateway, "Why?")
    page = await answer(gateway, link, note__1="x\r\n" * 1999 + "xx")
    assert "Thank you" in page.text
    await gateway.env.wait_for_state("sent_to_partner")


async def test_a_question_that_names_nothing_is_answered_in_words(gateway: RunningGateway) -> None:
    link = await asked(gateway)
    assert 'id="note"' in (await open_page(gateway, link)).text
    assert "Thank you" in (await answer(gateway, link, note="on Friday")).text


async def test_the_same_answer_to_a_later_question_is_an_answer_of_its_own(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "Are you sure?")
    await answer(gateway, link, note__1="yes")
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.send_outcome("information_requested", questions=["Are you sure?"])
    await gateway.env.wait_for_state("information_requested")
    assert "Thank you" in (await answer(gateway, link, note__1="yes")).text
    await gateway.env.wait_for_state("sent_to_partner")


@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
async def test_when_nothing_is_asked_any_more_the_page_says_so(
    gateway: RunningGateway, outcome: str
) -> None:
    """Also after the end, when no workflow runs any more."""
    link = await asked(gateway, "Why?")
    await gateway.env.send_outcome(outcome, cancellation_ends_on=days_ago(-30).isoformat())
    wanted = {"confirmed": "awaiting_cancellation_period", "rejected": "rejected"}[outcome]
    row = await gateway.env.wait_for_state(wanted)
    if outcome == "rejected":
        await gateway.env.wait_until_closed()
    for page in (await open_page(gateway, link), await answer(gateway, link, note__1="late")):
        assert page.status_code == 200
        assert "There is nothing to answer now" in page.text
        assert not [one for one in row["answers"].values() if one in page.text]
    assert (await gateway.env.row())["state"] == wanted


async def test_every_other_token_gets_one_and_the_same_page(gateway: RunningGateway) -> None:
    link = await asked(gateway, "Why?")
    number, _, token = gateway.env.number, *link.partition("token=")[1:]
    here = f"{gateway.address}/tickets/{number}/information"
    other = str((await gateway.env.file(account=gateway.new_id("acc"))).number)
    bad = [
        "",
        token[:-1],
        token + "A",
        *(token[:place] + _other(token[place]) + token[place + 1 :] for place in (0, 20, 60, -1)),
        sign_link(SIGNING_SECRET, member_link(number), datetime.now(UTC) - timedelta(seconds=1)),
        sign_link(SIGNING_SECRET, member_link(other), LATER),
        sign_link(SIGNING_SECRET, LinkSubject(OUTCOME, number, ""), LATER),
        sign_link(SIGNING_SECRET, LinkSubject("information", number, "velotel"), LATER),
        sign_link("made-up-and-not-the-secret-that-signs-pages", member_link(number), LATER),
        sign_payload(SIGNING_SECRET, "form", number, LATER),
    ]
    addresses = [f"{here}?token={one}" for one in bad]
    nobodys = "ZW-0000-0000-0000-0"
    addresses += [here, link.replace(number, other), link.replace(number, nobodys)]
    addresses += [f"{gateway.address}/tickets/x/information?token={token}"]
    pages = {(await open_page(gateway, one)).text.replace(one, "") for one in addresses}
    statuses = {(await open_page(gateway, one)).status_code for one in addresses}
    statuses |= {(await answer(gateway, one, note__1="me")).status_code for one in addresses}
    assert statuses == {403}
    assert len({re.sub(r'href="\?[^"]*"', "", page) for page in pages}) == 1
    await gateway.env.handle.describe()
    assert (await open_page(gateway, link)).status_code == 200


def _other(letter: str) -> str:
    return "A" if letter != "A" else "B"


async def test_a_token_for_a_number_that_no_ticket_has_opens_nothing(
    gateway: RunningGateway,
) -> None:
    nobodys = "ZW-0000-0000-0000-0"
    token = sign_link(SIGNING_SECRET, member_link(nobodys), LATER)
    page = await open_page(
        gateway, f"{gateway.address}/tickets/{nobodys}/information?token={token}"
    )
    assert page.status_code == 403


async def test_an_answer_that_is_no_form_at_all_is_refused_as_a_page(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "Why?")
    content = {"content-type": "multipart/form-data; boundary=x"}
    page = await gateway.http.post(link, content=b"--x\r\nbroken", headers=content)
    assert page.status_code in (400, 422)
    assert "<h1>" in page.text
    huge = await gateway.http.post(link, data={"note-1": "x" * 2_000_000})
    assert huge.status_code == 413


async def test_what_an_agent_asks_is_answered_on_the_same_page(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    await gateway.env.send_update("request_information", questions=["order_number"])
    await gateway.env.wait_for_emails("confirmation", "information_needed")
    (link,) = LINK.findall(gateway.env.mailbox.find(number=gateway.env.number)[0].text)
    assert claim["answers"]["order_number"] in (await open_page(gateway, link)).text


async def test_a_member_who_answers_without_end_keeps_no_agent_from_the_ticket(
    gateway: RunningGateway,
) -> None:
    link = await asked(gateway, "Why?")
    for place in range(60):
        await gateway.http.post(link, data={"note-1": f"because {place}"})
    assert (await gateway.http.post(link, data={"note-1": "so"})).status_code == 429
    where = f"/v1/tickets/{gateway.env.number}/resend"
    done = await gateway.http.post(where, json={"reason": "lost"}, headers=gateway.as_agent())
    assert done.status_code == 200, done.text
