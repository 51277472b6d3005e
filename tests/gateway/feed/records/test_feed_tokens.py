"""What a feed token for some accounts may do, and that it affects no other account."""

from typing import Any

import pytest

from tests.gateway.feed.records.records import a_link, as_json, put, put_list
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, reward_for

HIGHEST = 2**53 - 1


async def claimable(gateway: RunningGateway, account: str) -> list[str]:
    """Return the ids of an account's claimable links."""
    path = f"/v1/accounts/{account}/claimable-links?kind=missing_cashback"
    answer = await gateway.http.get(path, headers=gateway.as_platform(account))
    return [one["link_id"] for one in answer.json()["links"]]


async def test_a_feed_for_one_account_cannot_change_records_of_another(
    gateway: RunningGateway,
) -> None:
    theirs, mine = a_link(gateway), gateway.new_id("acc")
    await put(gateway, "link", theirs)
    refused = await put(gateway, "link", theirs | {"version": 9}, mine)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await put(gateway, "link", theirs)).json()["result"] == "unchanged"


async def test_an_id_of_another_account_is_answered_like_an_unknown_one(
    gateway: RunningGateway,
) -> None:
    theirs, mine = a_link(gateway), gateway.new_id("acc")
    await put(gateway, "link", theirs)
    for link_id in (theirs["link_id"], gateway.new_id("lnk")):
        record = theirs | {"link_id": link_id, "account_id": mine, "version": HIGHEST}
        assert (await put(gateway, "link", record, mine)).json()["result"] == "stored"
        assert await put_list(gateway, "link", [record], mine) == ["unchanged"]
    assert (await put(gateway, "link", theirs)).json()["result"] == "unchanged"
    assert theirs["link_id"] in await claimable(gateway, theirs["account_id"])
    assert theirs["link_id"] not in await claimable(gateway, mine), (
        "another account cannot claim for it"
    )


@pytest.mark.parametrize("kind", ["link", "reward"])
async def test_an_id_that_another_account_used_first_is_available_to_the_feed(
    gateway: RunningGateway, kind: str
) -> None:
    claim, mine = a_claim(account=gateway.new_id("acc")), gateway.new_id("acc")
    record = a_link(gateway) if kind == "link" else as_json(reward_for(claim))
    squatted = record | {"account_id": mine, "version": HIGHEST}
    assert (await put(gateway, kind, squatted, mine)).json()["result"] == "stored"
    assert (await put(gateway, kind, record)).json()["result"] == "stored"
    ahead = record | {"version": HIGHEST}
    assert await put_list(gateway, kind, [ahead], record["account_id"]) == ["forbidden"]
    assert (await put(gateway, kind, record | {"version": 2})).json()["result"] in (
        "stored",
        "outdated",
    )


async def test_a_version_that_jumped_ahead_does_not_lock_the_feed_out(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway, version=1)
    own = link | {"version": HIGHEST}
    assert (await put(gateway, "link", own, link["account_id"])).json()["result"] == "stored"
    assert (await put(gateway, "link", link)).json()["result"] == "stored"
    assert (await put(gateway, "link", link | {"version": 2})).json()["result"] == "stored"
    over = await put(gateway, "link", link | {"version": HIGHEST + 1})
    assert (over.status_code, over.json()["errors"][0]["field"]) == (422, "version")


async def test_a_link_reassigned_by_the_feed_belongs_to_the_new_account_alone(
    gateway: RunningGateway,
) -> None:
    link, later = a_link(gateway, version=1), gateway.new_id("acc")
    await put(gateway, "link", link)
    await put(gateway, "link", link | {"account_id": later}, later)
    moved = link | {"account_id": later, "version": 2}
    assert (await put(gateway, "link", moved)).json()["result"] == "stored"
    assert await claimable(gateway, link["account_id"]) == []
    assert await claimable(gateway, later) == [link["link_id"]]


@pytest.mark.parametrize("state", ["registered", "granted"])
async def test_a_reward_of_a_feed_for_one_account_takes_no_other_accounts_order(
    gateway: RunningGateway, state: str
) -> None:
    """Nor by the ticket's link or the id of its reward."""
    claim, mine = a_claim(account=gateway.new_id("acc")), gateway.new_id("acc")
    await gateway.env.file_and_send(claim=claim)
    reward: dict[str, Any] = as_json(reward_for(claim), account_id=mine, state=state)
    assert (await put(gateway, "reward", reward, mine)).json()["result"] == "stored"
    assert await put_list(gateway, "reward", [reward | {"order_number": None}], mine) == [
        "unchanged"
    ]
    await gateway.env.send_outcome("confirmed", cancellation_ends_on="2020-01-01")
    outcome = await gateway.env.wait_until_closed()
    assert (outcome.state, outcome.granted_amount is not None) == ("resolved", True)


async def test_a_reward_of_a_feed_for_all_accounts_counts_against_every_account(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    await put(gateway, "reward", as_json(reward_for(claim), account_id=gateway.new_id("acc")))
    await gateway.env.send_outcome("confirmed", cancellation_ends_on="2020-01-01")
    assert (await gateway.env.wait_until_closed()).reason_code == "already_rewarded"


async def test_the_feed_role_cannot_file_and_the_filing_role_cannot_send_the_feed(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway)
    feeds = gateway.as_platform(roles=["feed"])
    files = gateway.as_platform(roles=["filing"]) | {"idempotency-key": "k"}
    path = f"/v1/links/{link['link_id']}"
    assert (await gateway.http.put(path, json=link, headers=files)).status_code == 403
    assert (await gateway.http.put("/v1/rewards", json=[], headers=files)).status_code == 403
    assert (await gateway.http.put(path, json=link, headers=feeds)).status_code == 200
    claim = a_claim(account=link["account_id"])
    assert (await gateway.http.post("/v1/tickets", json=claim, headers=feeds)).status_code == 403
    assert (await gateway.http.post("/v1/tickets", json=claim, headers=files)).status_code == 201
    assert (await gateway.http.get("/v1/events", headers=feeds)).status_code == 403
