"""Free-text answers, and errors of an answer at their fields (R17-R19, R22)."""

from tests.support.gateway.answer_page import CONTACT, LINK, answer, link_with_question, open_page
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import an_order


async def test_an_error_is_shown_at_its_field_and_the_entries_are_preserved(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "order_number", "Why?", "Where?")
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


async def test_an_empty_answer_is_requested_again(gateway: RunningGateway) -> None:
    link = await link_with_question(gateway, "activated_on")
    page = await answer(gateway, link, answer__activated_on="", note=" ")
    assert page.status_code == 422
    assert 'id="note-error"' in page.text


async def test_an_order_with_an_active_ticket_is_refused_with_a_message(
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
    assert "There is already another ticket for this reward." in page.text
    assert f'value="{other}"' in page.text


async def test_several_free_text_answers_appear_under_their_questions(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "Why?", "Where\nand when?")
    calls = len(gateway.env.partner.calls)
    await answer(gateway, link, note__1="So.", note__2="There.\nThen.")
    await gateway.env.partner.wait_for_calls(calls + 1)
    note = gateway.env.partner.calls[-1].claim["note"]
    assert note == "Why?\nSo.\n\nWhere and when?\nThere.\nThen."


async def test_answers_too_long_in_total_are_reported_at_the_longest_one(
    gateway: RunningGateway,
) -> None:
    link = await link_with_question(gateway, "Why?", "Where?")
    page = await answer(gateway, link, note__1="x" * 1000, note__2="y" * 3500)
    assert page.status_code == 422
    assert 'id="note-2-error"' in page.text
    assert 'id="note-1-error"' not in page.text


async def test_as_many_characters_as_a_browser_counts_may_be_typed(gateway: RunningGateway) -> None:
    """A browser counts an end of a line as one character, and sends two."""
    link = await link_with_question(gateway, "Why?")
    page = await answer(gateway, link, note__1="x\r\n" * 1999 + "xx")
    assert "Thank you" in page.text
    await gateway.env.wait_for_state("sent_to_partner")


async def test_a_question_without_fields_is_answered_in_free_text(gateway: RunningGateway) -> None:
    link = await link_with_question(gateway)
    assert 'id="note"' in (await open_page(gateway, link)).text
    assert "Thank you" in (await answer(gateway, link, note="on Friday")).text
