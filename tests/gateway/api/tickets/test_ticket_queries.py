"""A ticket as agents see it: whole, in their language, found by what they have in hand."""

from typing import Any

import pytest

from domain.values.ticket_number import ALPHABET
from tests.gateway.api.tickets.queries import an_order, found
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    an_ended_ticket,
    get_ticket,
    problem_of,
    wrong_fields_of,
)

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"


async def test_an_agent_sees_a_ticket_whole(gateway: RunningGateway) -> None:
    account, order = gateway.new_id("acc"), an_order()
    number = await a_sent_ticket(gateway, account, order)
    too_much = {"amount": "900", "currency": "PLN"}
    await gateway.env.send_outcome("confirmed", note="umowa jest", reward=too_much)
    await gateway.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    await gateway.env.wait_for_emails("confirmation", "partner_confirmed")
    seen = await get_ticket(gateway, number, **{"accept-language": "de"})
    assert (seen["number"], seen["state"]) == (number, "awaiting_cancellation_period")
    assert seen["partner"] == {"id": "velotel", "name": "Velotel"}
    assert seen["contact"]["email"] == f"{account}@example.com"
    assert seen["answers"][0] == {
        "name": "order_number", "label": "Vertragsnummer", "value": order, "display_value": order,
    }  # fmt: skip
    assert seen["waiting_for"] == {
        "code": "cancellation_period", "text": "das Ende der Widerrufsfrist",
    }  # fmt: skip
    assert seen["next_deadline"] == seen["cancellation_ends_at"]
    assert [need["code"] for need in seen["attention"]] == ["amount_undecided"]
    assert seen["attention"][0]["advice"].startswith("Bestätigen Sie")
    assert (seen["promised"], seen["confirmed"]) == ({"amount": "40.00", "currency": "PLN"}, None)
    assert [(move["event"], move["actor"]) for move in seen["history"]] == [
        ("claim_accepted", "system"), ("claim_sent", "system"),
        ("partner_confirmed", "partner:velotel"),
    ]  # fmt: skip
    assert seen["history"][-1]["note"] == "umowa jest"
    assert [letter["kind"] for letter in seen["emails"]] == ["confirmation", "partner_confirmed"]
    assert seen["available_actions"] == ["decide"]


async def test_a_message_that_moved_nothing_is_told_with_its_code(gateway: RunningGateway) -> None:
    number = await an_ended_ticket(gateway)
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/resend", json={"request_id": "late"}, headers=gateway.as_agent()
    )
    assert problem_of(answer) == (409, "action_not_allowed")
    seen = await get_ticket(gateway, number)
    assert [(one["message"], one["code"]) for one in seen["messages"]] == [
        ("withdraw", "applied"),
        ("resend_to_partner", "action_not_allowed"),
    ]
    assert seen["messages"][-1]["actor"] == "agent:dorota"
    assert (seen["available_actions"], seen["waiting_for"]) == ([], None)


async def test_reasons_are_told_in_the_agents_language(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("rejected", reason_code="order_not_found")
    await gateway.env.wait_until_closed()
    seen = await get_ticket(gateway, number, **{"accept-language": "pl"})
    assert seen["reason"]["code"] == "order_not_found"
    assert seen["reason"]["text"].startswith("Partner nie znalazł")
    assert seen["history"][-1]["reason"] == seen["reason"]


@pytest.mark.parametrize("change", [str.lower, lambda number: number.replace("-", " ")])
async def test_a_number_is_read_forgivingly(gateway: RunningGateway, change: Any) -> None:
    number = await a_sent_ticket(gateway)
    assert (await get_ticket(gateway, change(number)))["number"] == number
    assert await found(gateway, number=change(number)) == [number]


async def test_a_mistyped_digit_is_told_from_a_ticket_that_there_is_not(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    wrong_digit = ALPHABET[(ALPHABET.index(number[5]) + 1) % 32]
    mistyped = number[:5] + wrong_digit + number[6:]
    for address in (f"/v1/tickets/{mistyped}", f"/v1/tickets?number={mistyped}"):
        answer = await gateway.http.get(address, headers=gateway.as_agent())
        assert problem_of(answer) == (404, "unknown_ticket")
        assert wrong_fields_of(answer) == {"number": "check_character"}
    answer = await gateway.http.get(f"/v1/tickets/{UNKNOWN}", headers=gateway.as_agent())
    assert (problem_of(answer), wrong_fields_of(answer)) == ((404, "unknown_ticket"), {})
    answer = await gateway.http.get("/v1/tickets/17", headers=gateway.as_agent())
    assert wrong_fields_of(answer) == {"number": "ticket_number"}
