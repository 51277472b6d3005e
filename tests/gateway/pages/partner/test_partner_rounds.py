"""Rounds behind a partner's link: one outcome counts in each (R20, R21)."""

import asyncio

from tests.gateway.pages.partner.partner_forms import CONFIRMATION, post, reject, stored_outcomes
from tests.support.gateway.partner_client import a_ticket, ago, outcome, outcome_link, results
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago

QUESTION = {
    "outcome": "information_requested",
    "round": "0",
    "confirmed": "yes",
    "question": "Jaka kwota?",
}


async def test_a_double_click_a_reload_and_a_second_link_change_nothing(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    first, second = outcome_link(gateway, number), outcome_link(gateway, number, days=60)
    at_once = [post(gateway, first, reject()) for _ in range(5)]
    at_once += [post(gateway, second, reject("other")) for _ in range(5)]
    assert {one.status_code for one in await asyncio.gather(*at_once)} == {303}
    assert (await gateway.env.wait_until_closed()).state == "rejected"
    assert (await post(gateway, second, CONFIRMATION)).status_code == 303
    assert await stored_outcomes(gateway) == [("link-0", "rejected")]
    assert "To zlecenie jest zakończone" in (await gateway.http.get(second)).text
    codes = [entry["code"] for entry in await gateway.env.message_log()]
    assert (codes.count("applied"), len(codes) <= 2) == (1, True)
    assert set(codes) <= {"applied", "outcome_id_reused"}


async def test_a_question_that_was_answered_opens_the_next_round(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    question = QUESTION | {"question_fields": ["order_number"]}
    assert (await post(gateway, address, question)).status_code == 303
    await gateway.env.wait_for_state("information_requested")
    for form in (question, CONFIRMATION):
        assert (await post(gateway, address, form)).status_code == 303
    page = await gateway.http.get(address)
    assert "Pytanie zostało przekazane" in page.text
    assert "<form" not in page.text
    await gateway.env.send_update(
        "provide_information", actor="member", note="Czterdzieści złotych."
    )
    await gateway.env.wait_for_state("sent_to_partner")
    page = await gateway.http.get(address)
    for text in ("Czterdzieści złotych.", "Wcześniejsze odpowiedzi", "Jaka kwota?", "<form"):
        assert text in page.text
    stale = await post(gateway, address, reject(round="0", rejected_note="Zachowane"))
    assert stale.status_code == 409
    assert "Zachowane" in stale.text
    assert (await post(gateway, address, reject(round="1"))).status_code == 303
    assert (await gateway.env.wait_until_closed()).state == "rejected"
    expected = [("link-0", "information_requested"), ("link-1", "rejected")]
    assert await stored_outcomes(gateway) == expected


async def test_a_second_question_is_not_shown_as_asked(
    gateway: RunningGateway,
) -> None:
    """An agent asked while the page was open: the ticket accepts no second question now."""
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    await gateway.env.send_update("request_information", actor="agent:anna", questions=["Czemu?"])
    await gateway.env.wait_for_state("information_requested")
    page = await post(gateway, address, QUESTION)
    assert page.status_code == 409
    assert "<form" in page.text
    assert await stored_outcomes(gateway) == []
    assert (await post(gateway, address, reject())).status_code == 303
    assert (await gateway.env.wait_until_closed()).state == "rejected"


async def test_the_member_is_asked_in_their_own_language(gateway: RunningGateway) -> None:
    contact = {"email": "greta@example.com", "name": "Greta", "language": "de"}
    number = await a_ticket(gateway, contact=contact)
    form = {"outcome": "information_requested", "round": "0", "confirmed": "yes"}
    form["question_fields"] = "activated_on"
    assert (await post(gateway, outcome_link(gateway, number), form)).is_redirect
    await gateway.env.wait_for_state("information_requested")
    (email,) = [
        row for row in await gateway.env.rows("emails", "key") if "information" in row["kind"]
    ]
    (question,) = email["params"]["questions"]
    assert question.startswith("Bitte prüfen Sie diese Angabe")


async def test_while_an_agent_asks_the_partner_can_decide_but_not_ask(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    await gateway.env.send_update("request_information", questions=["Kiedy?"])
    await gateway.env.wait_for_state("information_requested")
    page = await gateway.http.get(outcome_link(gateway, number))
    assert 'value="confirmed"' in page.text
    assert 'value="information_requested"' not in page.text
    assert (await post(gateway, outcome_link(gateway, number), CONFIRMATION)).is_redirect
    await gateway.env.wait_for_state("awaiting_cancellation_period")


async def test_an_answer_by_link_counts_once_beside_a_signed_call(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    period_end = days_ago(-30).isoformat()
    await post(
        gateway, outcome_link(gateway, number), CONFIRMATION | {"cancellation_ends_on": period_end}
    )
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    again = outcome(gateway, number, outcome_id="link-0")
    reused = ("refused", "outcome_id_reused")  # it leaves out the date that the link's answer named
    assert await results(gateway, again, at=ago()) == [reused]
