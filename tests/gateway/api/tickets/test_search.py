"""Searching tickets: filters, pages, and malformed searches."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.gateway.api.tickets.commands import UNKNOWN
from tests.gateway.api.tickets.queries import an_order, found
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    field_errors_of,
    problem_of,
)


async def test_a_ticket_is_found_by_order_number_address_account_partner_and_state(
    gateway: RunningGateway,
) -> None:
    account, order = gateway.new_id("Acc"), an_order()
    number = await a_sent_ticket(gateway, account, order)
    assert await found(gateway, order_number=order.lower().replace("-", " ")) == [number]
    assert await found(gateway, email=f"{account}@EXAMPLE.com") == [number]
    assert await found(gateway, email=f"{account}@example.com", partner="velotel") == [number]
    assert await found(gateway, email=f"{account}@example.com", partner="kwiatek") == []
    assert await found(gateway, account_id=account) == [number]
    assert await found(gateway, account_id=account, order_number="AB-1") == []
    assert await found(gateway, account_id=account.lower()) == []
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
    # One that is filed meanwhile is newer and changes nothing on the following pages.
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
async def test_a_malformed_search_names_its_fields(
    gateway: RunningGateway, name: str, value: str
) -> None:
    answer = await gateway.http.get("/v1/tickets", params={name: value}, headers=gateway.as_agent())
    assert problem_of(answer) == (422, "malformed")
    assert [field.partition(".")[0] for field in field_errors_of(answer)] == [name] * len(
        field_errors_of(answer)
    )


async def test_only_agents_search_tickets(gateway: RunningGateway) -> None:
    for address in ("/v1/tickets", f"/v1/tickets/{UNKNOWN}"):
        assert problem_of(await gateway.http.get(address)) == (401, "unauthorised")
        for headers in (gateway.as_platform(), gateway.as_operator()):
            assert problem_of(await gateway.http.get(address, headers=headers)) == (
                403,
                "forbidden",
            )
