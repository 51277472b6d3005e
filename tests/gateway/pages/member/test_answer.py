"""The page for a member's answer: only the link in the e-mail of a question opens it."""

import pytest

from tests.support.gateway.answer_page import LINK, answer, link_with_question, open_page
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, an_order, days_ago


async def test_an_answer_reaches_the_partner_once(gateway: RunningGateway) -> None:
    """R17-R19, R22: the current answers are in the fields; sent twice, it is one answer."""
    order = an_order()
    link = await link_with_question(
        gateway, "order_number", "Which tariff was it?", order=an_order()
    )
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
    transitions = await gateway.env.transitions()
    assert [
        transition for transition in transitions if transition.startswith("information_provided")
    ] == transitions[-1:]


async def test_the_same_answer_to_a_later_question_is_a_separate_answer(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "Are you sure?")
    await answer(gateway, link, note__1="yes")
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.send_outcome("information_requested", questions=["Are you sure?"])
    await gateway.env.wait_for_state("information_requested")
    assert "Thank you" in (await answer(gateway, link, note__1="yes")).text
    await gateway.env.wait_for_state("sent_to_partner")


@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
async def test_the_page_says_when_no_question_is_open_any_more(
    gateway: RunningGateway, outcome: str
) -> None:
    """Also after the end, when no workflow runs any more."""
    link = await link_with_question(gateway, "Why?")
    await gateway.env.send_outcome(outcome, cancellation_ends_on=days_ago(-30).isoformat())
    expected = {"confirmed": "awaiting_cancellation_period", "rejected": "rejected"}[outcome]
    row = await gateway.env.wait_for_state(expected)
    if outcome == "rejected":
        await gateway.env.wait_until_closed()
    for page in (await open_page(gateway, link), await answer(gateway, link, note__1="late")):
        assert page.status_code == 200
        assert "There is nothing to answer now" in page.text
        assert not [one for one in row["answers"].values() if one in page.text]
    assert (await gateway.env.row())["state"] == expected


async def test_a_question_of_an_agent_is_answered_on_the_same_page(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    await gateway.env.send_update("request_information", questions=["order_number"])
    await gateway.env.wait_for_emails("confirmation", "information_needed")
    (link,) = LINK.findall(gateway.env.mailbox.find(number=gateway.env.number)[0].text)
    assert claim["answers"]["order_number"] in (await open_page(gateway, link)).text
