"""Filing claims in the tests of this folder."""

from typing import Any

import httpx

from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim

CONTRACT = {"status", "state", "reasons", "available_from", "last_day", "existing_ticket"}


async def filed(
    gateway: RunningGateway, claim: Any, key: str = "", headers: dict[str, str] | None = None
) -> httpx.Response:
    """File a claim as a platform with access to all accounts; return the response."""
    more = {"idempotency-key": key or gateway.new_id("key"), **(headers or {})}
    return await gateway.http.post("/v1/tickets", json=claim, headers=gateway.as_platform() | more)


async def prepared(gateway: RunningGateway, **changes: Any) -> dict[str, Any]:
    """Store a link of a new account and return a claim for it."""
    return await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), **changes))
