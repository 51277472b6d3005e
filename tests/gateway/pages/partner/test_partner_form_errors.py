"""Errors of the form behind a partner's link, and a claim that is closed."""

import pytest

from tests.gateway.pages.partner.partner_forms import CONFIRMATION, post, reject, stored_outcomes
from tests.support.gateway.partner_client import a_ticket, outcome, outcome_link, results
from tests.support.gateway.processes import second_gateway
from tests.support.gateway.running_gateway import RunningGateway


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"outcome": "confirmed", "amount": "dużo"}, "amount"),
        ({"outcome": "confirmed", "amount": "-1"}, "amount"),
        ({"outcome": "confirmed", "amount": "1.250"}, "amount"),
        ({"outcome": "confirmed", "activated_on": "2026-02-30"}, "activated_on"),
        ({"outcome": "confirmed", "cancellation_ends_on": "soon"}, "cancellation_ends_on"),
        ({"outcome": "confirmed", "confirmed_note": "x" * 4001}, "confirmed_note"),
        ({"outcome": "rejected"}, "reason_code"),
        ({"outcome": "rejected", "reason_code": "because"}, "reason_code"),
        ({"outcome": "information_requested", "question": " "}, "question"),
        ({"outcome": "information_requested", "question_fields": "no_such_field"}, "question"),
        ({"outcome": "information_requested", "question": "x" * 4001}, "question"),
    ],
)
async def test_an_error_is_shown_at_its_field_and_the_other_entries_are_preserved(
    gateway: RunningGateway, form: dict[str, str], field: str
) -> None:
    number = gateway.env.number or await a_ticket(gateway)
    if (await gateway.env.row())["state"] != "sent_to_partner":
        number = await a_ticket(gateway)
    sent = {"round": "0", "confirmed": "yes"}
    filled = {"amount": "7", "confirmed_note": "Moje słowa"} | sent | form
    answer = await post(gateway, outcome_link(gateway, number), filled)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert field == "confirmed_note" or "Moje słowa" in answer.text
    assert await stored_outcomes(gateway) == []


async def test_a_form_that_is_not_from_our_page_is_refused(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    for form in ({}, {"outcome": "perhaps", "round": "0"}):
        assert (await post(gateway, outcome_link(gateway, number), form)).status_code in (409, 422)
    assert await stored_outcomes(gateway) == []


@pytest.mark.parametrize("end", ["withdrawn", "decided", "rejected by call", "rejected by link"])
async def test_a_link_to_a_claim_that_has_ended_shows_nothing_of_it(
    gateway: RunningGateway, end: str
) -> None:
    """The link is valid for weeks, for anybody who has it: viewing, answering, and confirming."""
    number = await a_ticket(gateway)
    secret = (await gateway.env.row())["answers"]["order_number"]
    assert secret in (await gateway.http.get(outcome_link(gateway, number))).text
    match end:
        case "withdrawn":
            await gateway.env.send_update("withdraw", actor="member")
        case "decided":
            await gateway.env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
        case "rejected by call":
            await results(gateway, outcome(gateway, number, "rejected"))
        case _:
            await post(gateway, outcome_link(gateway, number), reject())
    await gateway.env.wait_until_closed()
    before = await stored_outcomes(gateway)
    address = f"{outcome_link(gateway, number)}&language=en"
    for form in (CONFIRMATION, reject(), {"outcome": "confirmed"}, {}):
        back = await post(gateway, address, form)
        assert (back.status_code, back.text) == (303, "")
    page = await gateway.http.get(address)
    assert (page.status_code, "This claim has ended" in page.text) == (200, True)
    assert "mailto:help@rewards.example" in page.text
    assert secret not in page.text
    assert "<form" not in page.text
    assert await stored_outcomes(gateway) == before


async def test_while_the_database_is_unavailable_a_partner_is_asked_to_try_again(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    path = outcome_link(gateway, number).removeprefix(gateway.address)
    async with second_gateway(gateway, "postgresql://a:b@127.0.0.1:1/nowhere") as http:
        shown, sent = await http.get(path), await http.post(path, data=CONFIRMATION)
    for page in (shown, sent):
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "We cannot answer right now" in page.text
        assert number not in page.text
