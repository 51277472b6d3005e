"""Records of the feed, and sending them."""

import json
from datetime import datetime
from typing import Any

import httpx

from adapters.postgres.platform.feed import upsert_rewards
from domain.claims.rewards import Link, Reward
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, link_of, reward_for


def as_json(record: Link | Reward, **changes: Any) -> dict[str, Any]:
    """Return a record in the platform's JSON."""
    return record.model_dump(mode="json") | changes


def a_link(gateway: RunningGateway, **changes: Any) -> dict[str, Any]:
    """Return a link of a new account."""
    account = gateway.new_id("acc")
    return as_json(link_of(a_claim(account=account)), **changes)


async def put(
    gateway: RunningGateway, kind: str, record: dict[str, Any], *accounts: str
) -> httpx.Response:
    """Put one record."""
    path = f"/v1/{kind}s/{record[f'{kind}_id']}"
    headers = gateway.as_platform(*accounts) | {"content-type": "application/json"}
    return await gateway.http.put(path, content=json.dumps(record), headers=headers)


async def put_list(gateway: RunningGateway, kind: str, records: Any, *accounts: str) -> list[str]:
    """Put a list of records and return their results."""
    headers = gateway.as_platform(*accounts) | {"content-type": "application/json"}
    content = json.dumps(records)
    answer = await gateway.http.put(f"/v1/{kind}s", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    return [one["result"] for one in answer.json()["results"]]


async def recheck_due_at(gateway: RunningGateway, reward_id: str) -> datetime | None:
    """Return when a reward is checked again; `None` if it is not."""
    query = "select due_at from reward_checks where reward_id = $1"
    async with gateway.env.database.transaction() as connection:
        found: datetime | None = await connection.fetchval(query, reward_id)
        return found


async def make_recheck_due(gateway: RunningGateway, reward_id: str) -> None:
    """Make the second check of a reward due."""
    statement = "update reward_checks set due_at = now() where reward_id = $1"
    async with gateway.env.database.transaction() as connection:
        await connection.execute(statement, reward_id)


async def store_without_signal(gateway: RunningGateway, claim: dict[str, Any]) -> Reward:
    """Store a reward as a gateway does that dies before it signals the ticket."""
    await gateway.env.file_and_send(claim=claim)
    reward = reward_for(claim)
    await upsert_rewards(gateway.env.database, [reward])
    return reward
