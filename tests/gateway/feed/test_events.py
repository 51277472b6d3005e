"""Every move since a cursor: none missed, none twice, and only those that the caller may see."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from adapters.postgres.database import QUERIES
from tests.support.claims import a_claim
from tests.support.gateway import RunningGateway
from tests.support.polling import wait_until

EVENT: Final = {
    "event_id",
    "number",
    "seq",
    "event",
    "from",
    "to",
    "at",
    "reason_code",
    "actor",
}


async def events(
    gateway: RunningGateway, *accounts: str, after: str = "0", limit: int = 1000
) -> Any:
    """A page of events, as the platform reads it."""
    wanted: dict[str, str | int] = {"after": after, "limit": limit}
    headers = gateway.as_platform(*accounts)
    answer = await gateway.http.get("/v1/events", params=wanted, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def latest(gateway: RunningGateway) -> str:
    """The cursor after all that has happened until now."""
    after, page = "0", await events(gateway)
    while page["next"] != after:
        after = page["next"]
        page = await events(gateway, after=after)
    return after


def moves(page: dict[str, Any], number: str) -> list[str]:
    """The moves of one ticket on a page."""
    found = [one for one in page["events"] if one["number"] == number]
    return [f"{one['seq']} {one['event']}: {one['from']} → {one['to']}" for one in found]


async def test_every_move_is_an_event_as_the_contract_writes_it(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    await gateway.env.send_outcome("rejected", reason_code="order_not_found")
    await gateway.env.wait_until_closed()
    page = await events(gateway, claim["account_id"])
    assert moves(page, gateway.env.number) == [
        "1 claim_accepted: created → validated",
        "2 claim_sent: validated → sent_to_partner",
        "3 partner_rejected: sent_to_partner → rejected",
    ]
    last = page["events"][-1]
    assert set(last) == EVENT
    assert (last["reason_code"], last["actor"]) == ("order_not_found", "partner:velotel")
    assert int(page["next"]) >= int(last["event_id"])


async def test_page_after_page_shows_each_event_once_and_in_order(gateway: RunningGateway) -> None:
    after = await latest(gateway)
    accounts = [gateway.new_id("acc") for _ in range(3)]
    for account in accounts:
        await gateway.env.file_and_send(account=account)
    seen: list[int] = []
    while page := (await events(gateway, *accounts, after=after, limit=2))["events"]:
        assert len(page) <= 2
        seen += [int(one["event_id"]) for one in page]
        after = page[-1]["event_id"]
    assert len(seen) == 6
    assert seen == sorted(set(seen))


async def test_a_token_for_some_accounts_sees_only_their_events(gateway: RunningGateway) -> None:
    mine, theirs = gateway.new_id("acc"), gateway.new_id("acc")
    await gateway.env.file_and_send(account=theirs)
    their_number = gateway.env.number
    await gateway.env.file_and_send(account=mine)
    page = await events(gateway, mine)
    assert {one["number"] for one in page["events"]} == {gateway.env.number}
    everything = await events(gateway, after=str(max(0, int(page["events"][0]["event_id"]) - 20)))
    assert moves(everything, their_number)


async def test_a_token_for_some_accounts_goes_on_after_what_it_does_not_see(
    gateway: RunningGateway,
) -> None:
    """Otherwise each look would go through all that happened to others since its own last event."""
    mine = gateway.new_id("acc")
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    theirs = await latest(gateway)
    nothing = await events(gateway, mine)
    assert nothing["events"] == []
    assert int(nothing["next"]) >= int(theirs)
    await gateway.env.file_and_send(account=mine)
    page = await events(gateway, mine, after=nothing["next"])
    assert [one["event"] for one in page["events"]] == ["claim_accepted", "claim_sent"]


async def test_the_moves_of_refused_claims_are_told_to_who_speaks_for_all(
    gateway: RunningGateway,
) -> None:
    after, account = await latest(gateway), gateway.new_id("acc")
    refused = await gateway.env.file(a_claim(account=account, ordered_on="2020-01-01"))
    assert refused.state == "discarded"
    page = await events(gateway, after=after)
    assert moves(page, refused.number) == ["1 claim_discarded: created → discarded"]
    assert (await events(gateway, account))["events"] == []


async def test_a_move_that_becomes_visible_late_is_not_missed(gateway: RunningGateway) -> None:
    """Of two that are written at once, the one with the higher number commits first."""
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    after, postgres = await latest(gateway), gateway.env.postgres
    move = {
        "number": gateway.env.number,
        "event": "partner_silent",
        "from_state": "sent_to_partner",
        "to_state": "sent_to_partner",
        "reason_code": None,
        "actor": "system",
        "note": None,
        "at": (await gateway.env.row())["created_at"],
    }
    async with postgres.transaction() as slow:
        await QUERIES.record_move(slow, seq=98, **move)
        async with postgres.transaction() as quick:
            await QUERIES.record_move(quick, seq=99, **move)
        first = await events(gateway, after=after)
        assert [one["seq"] for one in first["events"]] == [99]
    second = await events(gateway, after=first["next"])
    assert [one["seq"] for one in second["events"]] == [98]


async def test_readers_at_once_agree_on_the_order(gateway: RunningGateway) -> None:
    after, account = await latest(gateway), gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    pages = await asyncio.gather(*(events(gateway, account, after=after) for _ in range(10)))
    assert len(pages[0]["events"]) == 2
    assert all(page == pages[0] for page in pages)


async def test_moves_get_their_places_also_when_nobody_reads(gateway: RunningGateway) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))

    async def waiting() -> Any:
        return await gateway.env.postgres.value("has_moves_without_place")

    await wait_until(waiting, lambda found: not found)


@pytest.mark.parametrize("wrong", [{"after": "-1"}, {"after": "x"}, {"limit": 0}, {"limit": 1001}])
async def test_a_wrong_cursor_is_refused(
    gateway: RunningGateway, wrong: dict[str, str | int]
) -> None:
    answer = await gateway.http.get("/v1/events", params=wrong, headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_events_are_for_the_platform_and_webhooks_for_operators(
    gateway: RunningGateway,
) -> None:
    async def status(path: str, headers: dict[str, str]) -> int:
        answer: httpx.Response = await gateway.http.get(path, headers=headers)
        return answer.status_code

    assert await status("/v1/events", gateway.as_agent()) == 403
    assert await status("/v1/webhooks", gateway.as_platform()) == 403
    assert await status("/v1/webhooks", gateway.as_operator()) == 200


async def test_without_an_address_for_webhooks_nothing_can_be_redelivered(
    gateway: RunningGateway,
) -> None:
    answer = await gateway.http.post("/v1/events/1/redelivery", headers=gateway.as_operator())
    assert (answer.status_code, answer.json()["code"]) == (409, "action_not_allowed")
