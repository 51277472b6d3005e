"""Lists of records, and malformed records."""

from typing import Any

import pytest

from tests.gateway.feed.records.records import a_link, as_json, put, put_list, recheck_due_at
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, reward_for


async def test_a_malformed_record_does_not_affect_the_others(gateway: RunningGateway) -> None:
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
    "changes",
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
async def test_a_malformed_record_names_its_field(
    gateway: RunningGateway, changes: dict[str, Any]
) -> None:
    reward = as_json(reward_for(a_claim(account=gateway.new_id("acc"))), **changes)
    (field,) = changes
    answer = await put(gateway, "reward", reward)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert await put_list(gateway, "reward", [reward]) == ["malformed"]


async def test_a_list_has_at_most_a_thousand_records(gateway: RunningGateway) -> None:
    link = a_link(gateway)
    many = [link | {"link_id": f"{link['link_id']}-{index}"} for index in range(1000)]
    assert await put_list(gateway, "link", many) == ["stored"] * 1000
    assert await put_list(gateway, "link", list(reversed(many))) == ["unchanged"] * 1000
    answer = await gateway.http.put("/v1/links", json=[*many, link], headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_repeated_record_in_a_list_is_stored_in_order(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway, version=1)
    versions = [1, 3, 2, 3]
    records = [link | {"version": version} for version in versions]
    assert await put_list(gateway, "link", records) == ["stored", "stored", "outdated", "unchanged"]


async def test_the_same_reward_twice_in_a_list_is_signalled_once(gateway: RunningGateway) -> None:
    reward = as_json(reward_for(a_claim(account=gateway.new_id("acc"))))
    assert await put_list(gateway, "reward", [reward, reward]) == ["stored", "unchanged"]
    assert await put_list(gateway, "reward", [reward, reward]) == ["unchanged", "unchanged"]
    assert await recheck_due_at(gateway, reward["reward_id"])
