"""A ticket as agents see it: whole, in their language, found by what they have in hand."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.values.ticket_number import ALPHABET
from tests.support.claims import a_claim
from tests.support.gateway import RunningGateway
from tests.support.tickets import (
    a_sent_ticket,
    an_ended_ticket,
    get_ticket,
    problem_of,
    wrong_fields_of,
)

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"
_orders = itertools.count(1000)


def an_order() -> str:
    """An order number of these tests' own."""
    return f"VT-{next(_orders)}-3"


async def found(gateway: RunningGateway, **query: Any) -> list[str]:
    """The numbers that a search finds."""
    answer = await gateway.http.get("/v1/tickets", params=query, headers=gateway.as_agent())
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["tickets"]]


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


async def test_an_agent_sees_how_many_other_claims_the_account_has_open(
    gateway: RunningGateway,
) -> None:
    """A hint at guessed orders: those of the link, and all at the partner."""
    account = gateway.new_id("acc")
    numbers = [await a_sent_ticket(gateway, account, an_order()) for _ in range(3)]
    seen = await get_ticket(gateway, numbers[0])
    assert seen["other_open_claims"] == {"on_account": 2, "on_link": 2}
    other = await a_sent_ticket(gateway, order=an_order())
    seen = await get_ticket(gateway, other)
    assert seen["other_open_claims"] == {"on_account": 0, "on_link": 0}


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


async def test_the_same_order_from_another_account_is_a_hint_for_agents_on_both(
    gateway: RunningGateway,
) -> None:
    order, account = an_order(), gateway.new_id("acc")
    first = await a_sent_ticket(gateway, account, order)
    second = await a_sent_ticket(gateway, gateway.new_id("acc"), order)
    seen = await get_ticket(gateway, first)
    assert [one["number"] for one in seen["other_accounts"]] == [second]
    assert (await get_ticket(gateway, second))["other_accounts"][0]["account_id"] == account
    assert seen["related"] == []


async def test_duplicates_and_the_ticket_that_stands_name_each_other(
    gateway: RunningGateway,
) -> None:
    account, order = gateway.new_id("acc"), an_order()
    stands = await a_sent_ticket(gateway, account, order)
    claim = a_claim(account=account, order=order)
    assert (await gateway.env.file(claim)).status == "discarded"
    duplicate = gateway.env.number
    assert [one["number"] for one in (await get_ticket(gateway, stands))["related"]] == [duplicate]
    seen = await get_ticket(gateway, duplicate)
    assert seen["existing_ticket"] == stands
    assert [one["code"] for one in seen["refusal_reasons"]] == ["duplicate"]
    assert (seen["account_id"], seen["contact"], seen["answers"]) == (None, None, [])


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


async def test_a_ticket_is_found_by_order_number_address_partner_and_state(
    gateway: RunningGateway,
) -> None:
    account, order = gateway.new_id("Acc"), an_order()
    number = await a_sent_ticket(gateway, account, order)
    assert await found(gateway, order_number=order.lower().replace("-", " ")) == [number]
    assert await found(gateway, email=f"{account}@EXAMPLE.com") == [number]
    assert await found(gateway, email=f"{account}@example.com", partner="velotel") == [number]
    assert await found(gateway, email=f"{account}@example.com", partner="kwiatek") == []
    assert await found(gateway, order_number=order, state="sent_to_partner") == [number]
    assert await found(gateway, order_number=order, state="resolved") == []
    assert await found(gateway, order_number="!?") == []


async def test_a_ticket_is_found_by_attention_and_by_its_deadline(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    await gateway.env.send_outcome("confirmed", reward={"amount": "900", "currency": "PLN"})
    await gateway.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    mine = {"email": f"{account}@example.com"}
    assert await found(gateway, attention="any", **mine) == [number]
    assert await found(gateway, attention="amount_undecided", **mine) == [number]
    assert await found(gateway, attention="partner_silent", **mine) == []
    now = datetime.now(UTC)
    assert await found(gateway, due_before=now.isoformat(), **mine) == []
    later = (now + timedelta(days=30)).isoformat()
    assert await found(gateway, due_before=later, **mine) == [number]


async def test_pages_follow_each_other_without_gap_or_repetition(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    numbers = [await a_sent_ticket(gateway, account) for _ in range(3)]
    query = {"email": f"{account}@example.com", "limit": "2"}
    first = await gateway.http.get("/v1/tickets", params=query, headers=gateway.as_agent())
    # One that is filed meanwhile is newer: it changes nothing on the pages that follow.
    await a_sent_ticket(gateway, account)
    query["after"] = first.json()["next"]
    second = await gateway.http.get("/v1/tickets", params=query, headers=gateway.as_agent())
    pages = [[one["number"] for one in page.json()["tickets"]] for page in (first, second)]
    assert pages == [[numbers[2], numbers[1]], [numbers[0]]]
    assert second.json()["next"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("after", "nonsense"),
        ("after", "1' or 1=1 --"),
        ("limit", "0"),
        ("limit", "101"),
        ("state", "lost"),
        ("attention", "none"),
        ("due_before", "tomorrow"),
        ("due_before", "2026-10-01T10:00:00"),
        ("due_before", "0.5"),
        ("due_before", "1790000000"),
        ("email", "a\x00b"),
    ],
)
async def test_a_malformed_search_is_told_where(
    gateway: RunningGateway, name: str, value: str
) -> None:
    answer = await gateway.http.get("/v1/tickets", params={name: value}, headers=gateway.as_agent())
    assert problem_of(answer) == (422, "malformed")
    assert [field.partition(".")[0] for field in wrong_fields_of(answer)] == [name] * len(
        wrong_fields_of(answer)
    )


async def test_only_agents_look_tickets_up(gateway: RunningGateway) -> None:
    for address in ("/v1/tickets", f"/v1/tickets/{UNKNOWN}"):
        assert problem_of(await gateway.http.get(address)) == (401, "unauthorised")
        for headers in (gateway.as_platform(), gateway.as_operator()):
            assert problem_of(await gateway.http.get(address, headers=headers)) == (
                403,
                "forbidden",
            )
