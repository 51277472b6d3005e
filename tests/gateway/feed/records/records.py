"""Records of the feed, and sending them."""

import json
from datetime import datetime
from typing import Any

import httpx

from adapters.postgres.platform_feed import keep_rewards
from domain.claims.claim import Link, Reward
from tests.support.claims import a_claim, link_of, reward_for
from tests.support.gateway.running_gateway import RunningGateway


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


async def is_recheck_due(gateway: RunningGateway, reward_id: str) -> datetime | None:
    """When the tickets of a reward are looked for once more; `None`: no more."""
    query = "select due_at from reward_checks where reward_id = $1"
    async with gateway.env.postgres.transaction() as connection:
        found: datetime | None = await connection.fetchval(query, reward_id)
        return found


async def make_recheck_due(gateway: RunningGateway, reward_id: str) -> None:
    """Let the time pass until the second look at a reward."""
    statement = "update reward_checks set due_at = now() where reward_id = $1"
    async with gateway.env.postgres.transaction() as connection:
        await connection.execute(statement, reward_id)


async def store_without_signal(gateway: RunningGateway, claim: dict[str, Any]) -> Reward:
    """A reward in the books, as a gateway leaves it that dies before it tells the ticket."""
    await gateway.env.file_and_send(claim=claim)
    reward = reward_for(claim)
    await keep_rewards(gateway.env.postgres, [reward])
    return reward
