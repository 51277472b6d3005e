"""A ticket in full as agents see it, in their language."""

from typing import Any

import pytest

from domain.values.ticket_number import ALPHABET
from tests.gateway.api.tickets.queries import an_order, found
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_closed_ticket,
    a_sent_ticket,
    field_errors_of,
    get_ticket,
    problem_of,
)

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"


async def test_an_agent_sees_a_ticket_in_full(gateway: RunningGateway) -> None:
    account, order = gateway.new_id("acc"), an_order()
    number = await a_sent_ticket(gateway, account, order)
    too_much = {"amount": "900", "currency": "PLN"}
    await gateway.env.send_outcome("confirmed", note="umowa jest", reward=too_much)
    await gateway.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    await gateway.env.wait_for_emails("confirmation", "partner_confirmed")
    ticket = await get_ticket(gateway, number, **{"accept-language": "de"})
    assert (ticket["number"], ticket["state"]) == (number, "awaiting_cancellation_period")
    assert ticket["partner"] == {"id": "velotel", "name": "Velotel"}
    assert ticket["contact"]["email"] == f"{account}@example.com"
    assert ticket["answers"][0] == {
        "name": "order_number", "label": "Vertragsnummer", "value": order, "display_value": order,
    }  # fmt: skip
    assert ticket["waiting_for"] == {
        "code": "cancellation_period", "text": "das Ende der Widerrufsfrist",
    }  # fmt: skip
    assert ticket["next_deadline"] == ticket["cancellation_ends_at"]
    assert [need["code"] for need in ticket["attention"]] == ["amount_undecided"]
    assert ticket["attention"][0]["advice"].startswith("Bestätigen Sie")
    assert (ticket["promised"], ticket["confirmed"]) == (
        {"amount": "40.00", "currency": "PLN"},
        None,
    )
    assert [(transition["event"], transition["actor"]) for transition in ticket["history"]] == [
        ("claim_accepted", "system"), ("claim_sent", "system"),
        ("partner_confirmed", "partner:velotel"),
    ]  # fmt: skip
    assert ticket["history"][-1]["note"] == "umowa jest"
    assert [email["kind"] for email in ticket["emails"]] == ["confirmation", "partner_confirmed"]
    assert ticket["available_actions"] == ["decide"]


async def test_a_message_that_changed_nothing_is_shown_with_its_code(
    gateway: RunningGateway,
) -> None:
    number = await a_closed_ticket(gateway)
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/resend", json={"request_id": "late"}, headers=gateway.as_agent()
    )
    assert problem_of(answer) == (409, "action_not_allowed")
    ticket = await get_ticket(gateway, number)
    assert [(one["message"], one["code"]) for one in ticket["messages"]] == [
        ("withdraw", "applied"),
        ("resend_to_partner", "action_not_allowed"),
    ]
    assert ticket["messages"][-1]["actor"] == "agent:dorota"
    assert (ticket["available_actions"], ticket["waiting_for"]) == ([], None)


async def test_reasons_have_texts_in_the_agents_language(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("rejected", reason_code="order_not_found")
    await gateway.env.wait_until_closed()
    ticket = await get_ticket(gateway, number, **{"accept-language": "pl"})
    assert ticket["reason"]["code"] == "order_not_found"
    assert ticket["reason"]["text"].startswith("Partner nie znalazł")
    assert ticket["history"][-1]["reason"] == ticket["reason"]


@pytest.mark.parametrize("change", [str.lower, lambda number: number.replace("-", " ")])
async def test_a_number_is_accepted_in_any_spelling(gateway: RunningGateway, change: Any) -> None:
    number = await a_sent_ticket(gateway)
    assert (await get_ticket(gateway, change(number)))["number"] == number
    assert await found(gateway, number=change(number)) == [number]


async def test_a_mistyped_number_is_distinguished_from_an_unknown_one(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    wrong_digit = ALPHABET[(ALPHABET.index(number[5]) + 1) % 32]
    mistyped = number[:5] + wrong_digit + number[6:]
    for address in (f"/v1/tickets/{mistyped}", f"/v1/tickets?number={mistyped}"):
        answer = await gateway.http.get(address, headers=gateway.as_agent())
        assert problem_of(answer) == (404, "unknown_ticket")
        assert field_errors_of(answer) == {"number": "check_character"}
    answer = await gateway.http.get(f"/v1/tickets/{UNKNOWN}", headers=gateway.as_agent())
    assert (problem_of(answer), field_errors_of(answer)) == ((404, "unknown_ticket"), {})
    answer = await gateway.http.get("/v1/tickets/17", headers=gateway.as_agent())
    assert field_errors_of(answer) == {"number": "ticket_number"}
