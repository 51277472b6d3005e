"""What a token for some accounts may tell, and that it has no power over any other account."""

from typing import Any

import pytest

from tests.gateway.feed.test_feed import a_link, put, put_list, written
from tests.support.claims import a_claim, reward_for
from tests.support.gateway import Front

HIGHEST = 2**53 - 1


async def claimable(front: Front, account: str) -> list[str]:
    """The ids of the links that an account may choose from."""
    where = f"/v1/accounts/{account}/claimable-links?kind=missing_cashback"
    answer = await front.http.get(where, headers=front.as_platform(account))
    return [one["link_id"] for one in answer.json()["links"]]


async def test_who_speaks_for_one_account_cannot_touch_the_records_of_another(
    front: Front,
) -> None:
    theirs, mine = a_link(front), front.new_id("acc")
    await put(front, "link", theirs)
    refused = await put(front, "link", theirs | {"version": 9}, mine)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await put(front, "link", theirs)).json()["result"] == "unchanged"


async def test_an_id_of_another_account_is_answered_like_one_that_nobody_knows(
    front: Front,
) -> None:
    theirs, mine = a_link(front), front.new_id("acc")
    await put(front, "link", theirs)
    for link_id in (theirs["link_id"], front.new_id("lnk")):
        record = theirs | {"link_id": link_id, "account_id": mine, "version": HIGHEST}
        assert (await put(front, "link", record, mine)).json()["result"] == "stored"
        assert await put_list(front, "link", [record], mine) == ["unchanged"]
    assert (await put(front, "link", theirs)).json()["result"] == "unchanged"
    assert theirs["link_id"] in await claimable(front, theirs["account_id"])
    assert theirs["link_id"] not in await claimable(front, mine), "it is not theirs to claim by"


@pytest.mark.parametrize("kind", ["link", "reward"])
async def test_an_id_that_was_occupied_first_is_the_feeds_when_it_comes(
    front: Front, kind: str
) -> None:
    claim, mine = a_claim(account=front.new_id("acc")), front.new_id("acc")
    record = a_link(front) if kind == "link" else written(reward_for(claim))
    squatted = record | {"account_id": mine, "version": HIGHEST}
    assert (await put(front, kind, squatted, mine)).json()["result"] == "stored"
    assert (await put(front, kind, record)).json()["result"] == "stored"
    ahead = record | {"version": HIGHEST}
    assert await put_list(front, kind, [ahead], record["account_id"]) == ["forbidden"]
    assert (await put(front, kind, record | {"version": 2})).json()["result"] in (
        "stored",
        "outdated",
    )


async def test_a_version_that_jumped_ahead_does_not_lock_the_feed_out(front: Front) -> None:
    link = a_link(front, version=1)
    own = link | {"version": HIGHEST}
    assert (await put(front, "link", own, link["account_id"])).json()["result"] == "stored"
    assert (await put(front, "link", link)).json()["result"] == "stored"
    assert (await put(front, "link", link | {"version": 2})).json()["result"] == "stored"
    over = await put(front, "link", link | {"version": HIGHEST + 1})
    assert (over.status_code, over.json()["errors"][0]["field"]) == (422, "version")


async def test_a_link_that_the_feed_moves_to_another_account_is_that_accounts_alone(
    front: Front,
) -> None:
    link, later = a_link(front, version=1), front.new_id("acc")
    await put(front, "link", link)
    await put(front, "link", link | {"account_id": later}, later)
    moved = link | {"account_id": later, "version": 2}
    assert (await put(front, "link", moved)).json()["result"] == "stored"
    assert await claimable(front, link["account_id"]) == []
    assert await claimable(front, later) == [link["link_id"]]


@pytest.mark.parametrize("state", ["registered", "granted"])
async def test_a_reward_told_for_one_account_takes_no_other_accounts_order(
    front: Front, state: str
) -> None:
    """Also by the ticket's link or the id of its reward: none of it counts against another."""
    claim, mine = a_claim(account=front.new_id("acc")), front.new_id("acc")
    await front.env.file_and_send(claim=claim)
    reward: dict[str, Any] = written(reward_for(claim), account_id=mine, state=state)
    assert (await put(front, "reward", reward, mine)).json()["result"] == "stored"
    assert await put_list(front, "reward", [reward | {"order_number": None}], mine) == ["unchanged"]
    await front.env.send_outcome("confirmed", cancellation_ends_on="2020-01-01")
    outcome = await front.env.wait_until_closed()
    assert (outcome.state, outcome.granted_amount is not None) == ("resolved", True)


async def test_a_reward_that_the_feed_for_all_tells_counts_against_every_account(
    front: Front,
) -> None:
    claim = a_claim(account=front.new_id("acc"))
    await front.env.file_and_send(claim=claim)
    await put(front, "reward", written(reward_for(claim), account_id=front.new_id("acc")))
    await front.env.send_outcome("confirmed", cancellation_ends_on="2020-01-01")
    assert (await front.env.wait_until_closed()).reason_code == "already_rewarded"


async def test_a_role_that_feeds_does_not_file_and_one_that_files_does_not_feed(
    front: Front,
) -> None:
    link = a_link(front)
    feeds = front.as_platform(roles=["feed"])
    files = front.as_platform(roles=["filing"]) | {"idempotency-key": "k"}
    where = f"/v1/links/{link['link_id']}"
    assert (await front.http.put(where, json=link, headers=files)).status_code == 403
    assert (await front.http.put("/v1/rewards", json=[], headers=files)).status_code == 403
    assert (await front.http.put(where, json=link, headers=feeds)).status_code == 200
    claim = a_claim(account=link["account_id"])
    assert (await front.http.post("/v1/tickets", json=claim, headers=feeds)).status_code == 403
    assert (await front.http.post("/v1/tickets", json=claim, headers=files)).status_code == 201
    assert (await front.http.get("/v1/events", headers=feeds)).status_code == 403
