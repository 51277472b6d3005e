"""The platform's feed over HTTP: records kept by their versions, and tickets that a reward ends."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.postgres.platform_feed import keep_rewards
from domain.claims.claim import Link, Reward
from tests.support.claims import a_claim, an_early_claim, an_order, days_ago, link_of, reward_for
from tests.support.gateway import RunningGateway
from tests.support.polling import wait_until


def written(record: Link | Reward, **changes: Any) -> dict[str, Any]:
    """A record as the platform writes it."""
    return record.model_dump(mode="json") | changes


def a_link(gateway: RunningGateway, **changes: Any) -> dict[str, Any]:
    """A link of an account that nothing else of this run has."""
    account = gateway.new_id("acc")
    return written(link_of(a_claim(account=account)), **changes)


async def put(
    gateway: RunningGateway, kind: str, record: dict[str, Any], *accounts: str
) -> httpx.Response:
    """Put one record by its id."""
    where = f"/v1/{kind}s/{record[f'{kind}_id']}"
    headers = gateway.as_platform(*accounts) | {"content-type": "application/json"}
    return await gateway.http.put(where, content=json.dumps(record), headers=headers)


async def put_list(gateway: RunningGateway, kind: str, records: Any, *accounts: str) -> list[str]:
    """Put a list of records; return their results."""
    headers = gateway.as_platform(*accounts) | {"content-type": "application/json"}
    content = json.dumps(records)
    answer = await gateway.http.put(f"/v1/{kind}s", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    return [one["result"] for one in answer.json()["results"]]


async def waits_to_be_told(gateway: RunningGateway, reward_id: str) -> datetime | None:
    """When the tickets of a reward are looked for once more; `None`: no more."""
    query = "select due_at from reward_checks where reward_id = $1"
    async with gateway.env.postgres.transaction() as connection:
        found: datetime | None = await connection.fetchval(query, reward_id)
        return found


async def second_look_is_due(gateway: RunningGateway, reward_id: str) -> None:
    """Let the time pass until the second look at a reward."""
    statement = "update reward_checks set due_at = now() where reward_id = $1"
    async with gateway.env.postgres.transaction() as connection:
        await connection.execute(statement, reward_id)


async def test_a_record_is_kept_by_its_version_and_an_older_one_is_ignored_and_said_so(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway, version=3)
    results = []
    for version in (3, 3, 2, 4):
        answer = await put(gateway, "link", link | {"version": version})
        assert answer.status_code == 200, answer.text
        assert answer.json()["id"] == link["link_id"]
        results.append(answer.json()["result"])
    assert results == ["stored", "unchanged", "outdated", "stored"]


async def test_a_link_that_came_through_the_feed_lets_a_claim_in(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    headers = gateway.as_platform(claim["account_id"]) | {"idempotency-key": "k"}
    answer = await put(gateway, "link", written(link_of(claim)), claim["account_id"])
    assert answer.json()["result"] == "stored"
    filed = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert filed.json()["status"] == "accepted"


async def test_the_id_in_the_path_and_the_records_own_must_agree(gateway: RunningGateway) -> None:
    link = a_link(gateway)
    headers = gateway.as_platform()
    answer = await gateway.http.put("/v1/links/another", json=link, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "id_mismatch")


async def test_an_id_may_hold_a_slash(gateway: RunningGateway) -> None:
    link = a_link(gateway, link_id=gateway.new_id("lnk/2026"))
    assert (await put(gateway, "link", link)).json()["result"] == "stored"


async def test_one_bad_record_never_fails_the_rest(gateway: RunningGateway) -> None:
    good, mine = a_link(gateway), gateway.new_id("acc")
    records = [
        good | {"account_id": mine},
        good | {"version": True},
        "no record",
        good | {"link_id": gateway.new_id("lnk"), "version": 2**63},
        a_link(gateway),
        good | {"link_id": gateway.new_id("lnk"), "account_id": mine},
    ]
    headers = gateway.as_platform(mine)
    answer = await gateway.http.put("/v1/links", json=records, headers=headers)
    results = answer.json()["results"]
    expected = ["stored", "malformed", "malformed", "malformed", "forbidden", "stored"]
    assert [one["result"] for one in results] == expected
    assert [one["field"] for one in results[1]["errors"]] == ["version"]
    assert results[1]["id"] == good["link_id"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"order_number": "\ud800"},
        {"order_number": "9" * 201},
        {"granted_by_ticket": "\x00"},
        {"amount": {"amount": "1e400", "currency": "PLN"}},
        {"changed_at": "yesterday"},
        {"state": "lost"},
    ],
    ids=str,
)
async def test_whatever_stands_in_a_record_the_gateway_names_the_field(
    gateway: RunningGateway, spoilt: dict[str, Any]
) -> None:
    reward = written(reward_for(a_claim(account=gateway.new_id("acc"))), **spoilt)
    (field,) = spoilt
    answer = await put(gateway, "reward", reward)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert await put_list(gateway, "reward", [reward]) == ["malformed"]


async def test_a_thousand_records_come_at_once_and_not_one_more(gateway: RunningGateway) -> None:
    link = a_link(gateway)
    many = [link | {"link_id": f"{link['link_id']}-{index}"} for index in range(1000)]
    assert await put_list(gateway, "link", many) == ["stored"] * 1000
    assert await put_list(gateway, "link", list(reversed(many))) == ["unchanged"] * 1000
    answer = await gateway.http.put("/v1/links", json=[*many, link], headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_the_same_record_twice_in_a_list_is_taken_in_its_order(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway, version=1)
    versions = [1, 3, 2, 3]
    records = [link | {"version": version} for version in versions]
    assert await put_list(gateway, "link", records) == ["stored", "stored", "outdated", "unchanged"]


async def test_the_same_reward_twice_in_a_list_is_told_as_one(gateway: RunningGateway) -> None:
    reward = written(reward_for(a_claim(account=gateway.new_id("acc"))))
    assert await put_list(gateway, "reward", [reward, reward]) == ["stored", "unchanged"]
    assert await put_list(gateway, "reward", [reward, reward]) == ["unchanged", "unchanged"]
    assert await waits_to_be_told(gateway, reward["reward_id"])


async def test_agents_do_not_feed(gateway: RunningGateway) -> None:
    answer = await gateway.http.put("/v1/links", json=[], headers=gateway.as_agent())
    assert answer.status_code == 403


async def test_a_registered_reward_ends_the_ticket_that_is_with_the_partner(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    reward = written(reward_for(claim))
    assert (await put(gateway, "reward", reward)).json()["result"] == "stored"
    outcome = await gateway.env.wait_until_closed()
    assert (outcome.state, outcome.granted_amount) == ("resolved", None)
    assert (await gateway.env.transitions())[-1] == "reward_registered: sent_to_partner → resolved"


async def test_a_registered_reward_ends_the_ticket_that_is_on_hold(gateway: RunningGateway) -> None:
    claim = an_early_claim(account=gateway.new_id("acc"), partner_id="fernweh")
    order = f"FW{an_order()[3:7]}AB"
    claim["answers"] = {"booking_number": order, "travel_ended_on": str(days_ago(1))}
    assert (await gateway.env.file(claim)).status == "held"
    reward = reward_for(claim | {"answers": {"order_number": order}}, partner_id="fernweh")
    assert await put_list(gateway, "reward", [written(reward)]) == ["stored"]
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    assert (await gateway.env.transitions())[-1] == "reward_registered: on_hold → resolved"


async def test_a_registered_reward_ends_the_ticket_whose_cancellation_period_runs(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_confirm({"cancellation_ends_on": "2199-01-01"}, claim=claim)
    # Without an order number, the link decides.
    await put(gateway, "reward", written(reward_for(claim), order_number=None))
    assert (await gateway.env.wait_until_closed()).granted_amount is None


async def test_a_contested_reward_that_is_registered_after_all_ends_its_ticket(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"), kind="rejected_reward")
    reward = written(reward_for(claim, state="rejected", order_number=None), link_id=None)
    await put(gateway, "reward", reward)
    objecting = claim["answers"] | {"objection": "The contract is still running."}
    claim |= {"reward_id": reward["reward_id"], "answers": objecting}
    await gateway.env.file_and_send(claim=claim)
    await put(gateway, "reward", reward | {"version": 2, "state": "registered"})
    assert (await gateway.env.wait_until_closed()).state == "resolved"


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": "acc-somebody-else"},
        {"order_number": "VT-0000-0"},
        {"kind": "referral"},
        {"partner_id": "fernweh"},
        {"state": "rejected"},
        {"granted_by_ticket": "ZW-4KQ7-P9XT-M2AB-C", "state": "granted"},
    ],
    ids=str,
)
async def test_no_other_reward_is_told_to_a_ticket(
    gateway: RunningGateway, changes: dict[str, Any]
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    reward = written(reward_for(claim), **changes)
    assert (await put(gateway, "reward", reward)).json()["result"] == "stored"
    if await waits_to_be_told(gateway, reward["reward_id"]):
        await second_look_is_due(gateway, reward["reward_id"])
    await wait_until(
        lambda: waits_to_be_told(gateway, reward["reward_id"]), lambda found: found is None
    )
    await gateway.env.signal("partner_outcome", "a message that comes after all others")
    assert [note["message"] for note in await gateway.env.wait_for_messages("malformed")] == [
        "partner_outcome"
    ]
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def kept_but_not_told(gateway: RunningGateway, claim: dict[str, Any]) -> Reward:
    """A reward in the books, as a gateway leaves it that dies before it tells the ticket."""
    await gateway.env.file_and_send(claim=claim)
    reward = reward_for(claim)
    await keep_rewards(gateway.env.postgres, [reward])
    return reward


async def test_a_crash_before_the_ticket_was_told_is_mended_by_sending_the_record_again(
    gateway: RunningGateway,
) -> None:
    reward = await kept_but_not_told(gateway, a_claim(account=gateway.new_id("acc")))
    assert (await put(gateway, "reward", written(reward))).json()["result"] == "unchanged"
    assert (await gateway.env.wait_until_closed()).state == "resolved"


async def test_a_crash_before_the_ticket_was_told_mends_itself(gateway: RunningGateway) -> None:
    reward = await kept_but_not_told(gateway, a_claim(account=gateway.new_id("acc")))
    look_at = await waits_to_be_told(gateway, reward.reward_id)
    assert look_at
    assert timedelta() < look_at - datetime.now(UTC) < timedelta(minutes=1)
    await second_look_is_due(gateway, reward.reward_id)
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    await wait_until(
        lambda: waits_to_be_told(gateway, reward.reward_id), lambda found: found is None
    )


async def test_a_reward_without_an_open_ticket_is_just_kept(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"), order=an_order())
    assert (await put(gateway, "reward", written(reward_for(claim)))).json()["result"] == "stored"
