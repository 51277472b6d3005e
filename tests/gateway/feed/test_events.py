"""Every move since a cursor: none missed, none twice, and only those that the caller may see."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from adapters.postgres.database import QUERIES
from tests.support.claims import a_claim
from tests.support.environment import wait_until
from tests.support.gateway import Front

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


async def events(front: Front, *accounts: str, after: str = "0", limit: int = 1000) -> Any:
    """A page of events, as the platform reads it."""
    wanted: dict[str, str | int] = {"after": after, "limit": limit}
    headers = front.as_platform(*accounts)
    answer = await front.http.get("/v1/events", params=wanted, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def latest(front: Front) -> str:
    """The cursor after all that has happened until now."""
    after, page = "0", await events(front)
    while page["next"] != after:
        after = page["next"]
        page = await events(front, after=after)
    return after


def moves(page: dict[str, Any], number: str) -> list[str]:
    """The moves of one ticket on a page."""
    found = [one for one in page["events"] if one["number"] == number]
    return [f"{one['seq']} {one['event']}: {one['from']} → {one['to']}" for one in found]


async def test_every_move_is_an_event_as_the_contract_writes_it(front: Front) -> None:
    claim = a_claim(account=front.new_id("acc"))
    await front.env.file_and_send(claim=claim)
    await front.env.send_outcome("rejected", reason_code="order_not_found")
    await front.env.wait_until_closed()
    page = await events(front, claim["account_id"])
    assert moves(page, front.env.number) == [
        "1 claim_accepted: created → validated",
        "2 claim_sent: validated → sent_to_partner",
        "3 partner_rejected: sent_to_partner → rejected",
    ]
    last = page["events"][-1]
    assert set(last) == EVENT
    assert (last["reason_code"], last["actor"]) == ("order_not_found", "partner:velotel")
    assert int(page["next"]) >= int(last["event_id"])


async def test_page_after_page_shows_each_event_once_and_in_order(front: Front) -> None:
    after = await latest(front)
    accounts = [front.new_id("acc") for _ in range(3)]
    for account in accounts:
        await front.env.file_and_send(account=account)
    seen: list[int] = []
    while page := (await events(front, *accounts, after=after, limit=2))["events"]:
        assert len(page) <= 2
        seen += [int(one["event_id"]) for one in page]
        after = page[-1]["event_id"]
    assert len(seen) == 6
    assert seen == sorted(set(seen))


async def test_a_token_for_some_accounts_sees_only_their_events(front: Front) -> None:
    mine, theirs = front.new_id("acc"), front.new_id("acc")
    await front.env.file_and_send(account=theirs)
    their_number = front.env.number
    await front.env.file_and_send(account=mine)
    page = await events(front, mine)
    assert {one["number"] for one in page["events"]} == {front.env.number}
    everything = await events(front, after=str(max(0, int(page["events"][0]["event_id"]) - 20)))
    assert moves(everything, their_number)


async def test_a_token_for_some_accounts_goes_on_after_what_it_does_not_see(front: Front) -> None:
    """Otherwise each look would go through all that happened to others since its own last event."""
    mine = front.new_id("acc")
    await front.env.file_and_send(account=front.new_id("acc"))
    theirs = await latest(front)
    nothing = await events(front, mine)
    assert nothing["events"] == []
    assert int(nothing["next"]) >= int(theirs)
    await front.env.file_and_send(account=mine)
    page = await events(front, mine, after=nothing["next"])
    assert [one["event"] for one in page["events"]] == ["claim_accepted", "claim_sent"]


async def test_the_moves_of_refused_claims_are_told_to_who_speaks_for_all(front: Front) -> None:
    after, account = await latest(front), front.new_id("acc")
    refused = await front.env.file(a_claim(account=account, ordered_on="2020-01-01"))
    assert refused.state == "discarded"
    page = await events(front, after=after)
    assert moves(page, refused.number) == ["1 claim_discarded: created → discarded"]
    assert (await events(front, account))["events"] == []


async def test_a_move_that_becomes_visible_late_is_not_missed(front: Front) -> None:
    """Of two that are written at once, the one with the higher number commits first."""
    await front.env.file_and_send(account=front.new_id("acc"))
    after, postgres = await latest(front), front.env.postgres
    move = {
        "number": front.env.number,
        "event": "partner_silent",
        "from_state": "sent_to_partner",
        "to_state": "sent_to_partner",
        "reason_code": None,
        "actor": "system",
        "note": None,
        "at": (await front.env.row())["created_at"],
    }
    async with postgres.transaction() as slow:
        await QUERIES.record_move(slow, seq=98, **move)
        async with postgres.transaction() as quick:
            await QUERIES.record_move(quick, seq=99, **move)
        first = await events(front, after=after)
        assert [one["seq"] for one in first["events"]] == [99]
    second = await events(front, after=first["next"])
    assert [one["seq"] for one in second["events"]] == [98]


async def test_readers_at_once_agree_on_the_order(front: Front) -> None:
    after, account = await latest(front), front.new_id("acc")
    await front.env.file_and_send(account=account)
    pages = await asyncio.gather(*(events(front, account, after=after) for _ in range(10)))
    assert len(pages[0]["events"]) == 2
    assert all(page == pages[0] for page in pages)


async def test_moves_get_their_places_also_when_nobody_reads(front: Front) -> None:
    await front.env.file_and_send(account=front.new_id("acc"))

    async def waiting() -> Any:
        return await front.env.postgres.value("has_moves_without_place")

    await wait_until(waiting, lambda found: not found)


@pytest.mark.parametrize("wrong", [{"after": "-1"}, {"after": "x"}, {"limit": 0}, {"limit": 1001}])
async def test_a_wrong_cursor_is_refused(front: Front, wrong: dict[str, str | int]) -> None:
    answer = await front.http.get("/v1/events", params=wrong, headers=front.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_events_are_for_the_platform_and_webhooks_for_operators(front: Front) -> None:
    async def status(path: str, headers: dict[str, str]) -> int:
        answer: httpx.Response = await front.http.get(path, headers=headers)
        return answer.status_code

    assert await status("/v1/events", front.as_agent()) == 403
    assert await status("/v1/webhooks", front.as_platform()) == 403
    assert await status("/v1/webhooks", front.as_operator()) == 200


async def test_without_an_address_for_webhooks_nothing_can_be_redelivered(front: Front) -> None:
    answer = await front.http.post("/v1/events/1/redelivery", headers=front.as_operator())
    assert (answer.status_code, answer.json()["code"]) == (409, "action_not_allowed")
