"""A ticket as agents see it: whole, in their language, found by what they have in hand."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.values.ticket_number import ALPHABET
from tests.support.claims import a_claim
from tests.support.gateway import Front
from tests.support.tickets import a_sent_ticket, an_ended_ticket, looked_up, told, wrong

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"
_orders = itertools.count(1000)


def an_order() -> str:
    """An order number of these tests' own."""
    return f"VT-{next(_orders)}-3"


async def found(front: Front, **query: Any) -> list[str]:
    """The numbers that a search finds."""
    answer = await front.http.get("/v1/tickets", params=query, headers=front.as_agent())
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["tickets"]]


async def test_an_agent_sees_a_ticket_whole(front: Front) -> None:
    account, order = front.new_id("acc"), an_order()
    number = await a_sent_ticket(front, account, order)
    too_much = {"amount": "900", "currency": "PLN"}
    await front.env.send_outcome("confirmed", note="umowa jest", reward=too_much)
    await front.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    await front.env.wait_for_emails("confirmation", "partner_confirmed")
    seen = await looked_up(front, number, **{"accept-language": "de"})
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


async def test_an_agent_sees_how_many_other_claims_the_account_has_open(front: Front) -> None:
    """A hint at guessed orders: those of the link, and all at the partner."""
    account = front.new_id("acc")
    numbers = [await a_sent_ticket(front, account, an_order()) for _ in range(3)]
    seen = await looked_up(front, numbers[0])
    assert seen["other_open_claims"] == {"on_account": 2, "on_link": 2}
    other = await a_sent_ticket(front, order=an_order())
    seen = await looked_up(front, other)
    assert seen["other_open_claims"] == {"on_account": 0, "on_link": 0}


async def test_a_message_that_moved_nothing_is_told_with_its_code(front: Front) -> None:
    number = await an_ended_ticket(front)
    answer = await front.http.post(
        f"/v1/tickets/{number}/resend", json={"request_id": "late"}, headers=front.as_agent()
    )
    assert told(answer) == (409, "action_not_allowed")
    seen = await looked_up(front, number)
    assert [(one["message"], one["code"]) for one in seen["messages"]] == [
        ("withdraw", "applied"),
        ("resend_to_partner", "action_not_allowed"),
    ]
    assert seen["messages"][-1]["actor"] == "agent:dorota"
    assert (seen["available_actions"], seen["waiting_for"]) == ([], None)


async def test_reasons_are_told_in_the_agents_language(front: Front) -> None:
    number = await a_sent_ticket(front)
    await front.env.send_outcome("rejected", reason_code="order_not_found")
    await front.env.wait_until_closed()
    seen = await looked_up(front, number, **{"accept-language": "pl"})
    assert seen["reason"]["code"] == "order_not_found"
    assert seen["reason"]["text"].startswith("Partner nie znalazł")
    assert seen["history"][-1]["reason"] == seen["reason"]


async def test_the_same_order_from_another_account_is_a_hint_for_agents_on_both(
    front: Front,
) -> None:
    order, account = an_order(), front.new_id("acc")
    first = await a_sent_ticket(front, account, order)
    second = await a_sent_ticket(front, front.new_id("acc"), order)
    seen = await looked_up(front, first)
    assert [one["number"] for one in seen["other_accounts"]] == [second]
    assert (await looked_up(front, second))["other_accounts"][0]["account_id"] == account
    assert seen["related"] == []


async def test_duplicates_and_the_ticket_that_stands_name_each_other(front: Front) -> None:
    account, order = front.new_id("acc"), an_order()
    stands = await a_sent_ticket(front, account, order)
    claim = a_claim(account=account, order=order)
    assert (await front.env.file(claim)).status == "discarded"
    duplicate = front.env.number
    assert [one["number"] for one in (await looked_up(front, stands))["related"]] == [duplicate]
    seen = await looked_up(front, duplicate)
    assert seen["existing_ticket"] == stands
    assert [one["code"] for one in seen["refusal_reasons"]] == ["duplicate"]
    assert (seen["account_id"], seen["contact"], seen["answers"]) == (None, None, [])


@pytest.mark.parametrize("change", [str.lower, lambda number: number.replace("-", " ")])
async def test_a_number_is_read_forgivingly(front: Front, change: Any) -> None:
    number = await a_sent_ticket(front)
    assert (await looked_up(front, change(number)))["number"] == number
    assert await found(front, number=change(number)) == [number]


async def test_a_mistyped_digit_is_told_from_a_ticket_that_there_is_not(front: Front) -> None:
    number = await a_sent_ticket(front)
    wrong_digit = ALPHABET[(ALPHABET.index(number[5]) + 1) % 32]
    mistyped = number[:5] + wrong_digit + number[6:]
    for address in (f"/v1/tickets/{mistyped}", f"/v1/tickets?number={mistyped}"):
        answer = await front.http.get(address, headers=front.as_agent())
        assert told(answer) == (404, "unknown_ticket")
        assert wrong(answer) == {"number": "check_character"}
    answer = await front.http.get(f"/v1/tickets/{UNKNOWN}", headers=front.as_agent())
    assert (told(answer), wrong(answer)) == ((404, "unknown_ticket"), {})
    answer = await front.http.get("/v1/tickets/17", headers=front.as_agent())
    assert wrong(answer) == {"number": "ticket_number"}


async def test_a_ticket_is_found_by_order_number_address_partner_and_state(front: Front) -> None:
    account, order = front.new_id("Acc"), an_order()
    number = await a_sent_ticket(front, account, order)
    assert await found(front, order_number=order.lower().replace("-", " ")) == [number]
    assert await found(front, email=f"{account}@EXAMPLE.com") == [number]
    assert await found(front, email=f"{account}@example.com", partner="velotel") == [number]
    assert await found(front, email=f"{account}@example.com", partner="kwiatek") == []
    assert await found(front, order_number=order, state="sent_to_partner") == [number]
    assert await found(front, order_number=order, state="resolved") == []
    assert await found(front, order_number="!?") == []


async def test_a_ticket_is_found_by_attention_and_by_its_deadline(front: Front) -> None:
    account = front.new_id("acc")
    number = await a_sent_ticket(front, account)
    await front.env.send_outcome("confirmed", reward={"amount": "900", "currency": "PLN"})
    await front.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    mine = {"email": f"{account}@example.com"}
    assert await found(front, attention="any", **mine) == [number]
    assert await found(front, attention="amount_undecided", **mine) == [number]
    assert await found(front, attention="partner_silent", **mine) == []
    now = datetime.now(UTC)
    assert await found(front, due_before=now.isoformat(), **mine) == []
    later = (now + timedelta(days=30)).isoformat()
    assert await found(front, due_before=later, **mine) == [number]


async def test_pages_follow_each_other_without_gap_or_repetition(front: Front) -> None:
    account = front.new_id("acc")
    numbers = [await a_sent_ticket(front, account) for _ in range(3)]
    query = {"email": f"{account}@example.com", "limit": "2"}
    first = await front.http.get("/v1/tickets", params=query, headers=front.as_agent())
    # One that is filed meanwhile is newer: it changes nothing on the pages that follow.
    await a_sent_ticket(front, account)
    query["after"] = first.json()["next"]
    second = await front.http.get("/v1/tickets", params=query, headers=front.as_agent())
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
async def test_a_malformed_search_is_told_where(front: Front, name: str, value: str) -> None:
    answer = await front.http.get("/v1/tickets", params={name: value}, headers=front.as_agent())
    assert told(answer) == (422, "malformed")
    assert [field.partition(".")[0] for field in wrong(answer)] == [name] * len(wrong(answer))


async def test_only_agents_look_tickets_up(front: Front) -> None:
    for address in ("/v1/tickets", f"/v1/tickets/{UNKNOWN}"):
        assert told(await front.http.get(address)) == (401, "unauthorised")
        for headers in (front.as_platform(), front.as_operator()):
            assert told(await front.http.get(address, headers=headers)) == (403, "forbidden")
