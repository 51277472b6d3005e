"""Webhooks in the database and in the API."""

from typing import Any

from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until


async def stored_webhook(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """Return a stored webhook."""
    async with gateway.env.database.transaction() as connection:
        row = await connection.fetchrow("select * from webhooks where sequence = $1", int(event_id))
        return dict(row) if row else {}


async def change_webhook(gateway: RunningGateway, event_id: str, assignments: str) -> None:
    """Change a stored webhook."""
    statement = f"update webhooks set {assignments} where sequence = $1"  # noqa: S608
    async with gateway.env.database.transaction() as connection:
        await connection.execute(statement, int(event_id))


async def list_webhooks(gateway: RunningGateway, state: str) -> dict[str, Any]:
    """Return the webhooks that operators see, by event."""
    path = f"/v1/webhooks?state={state}&limit=1000"
    answer = await gateway.http.get(path, headers=gateway.as_operator())
    assert answer.status_code == 200, answer.text
    return {one["event_id"]: one for one in answer.json()["webhooks"]}


async def request_redelivery(
    gateway: RunningGateway, event_id: str, headers: dict[str, str]
) -> tuple[int, str]:
    """Request redelivery; return status and result."""
    answer = await gateway.http.post(f"/v1/events/{event_id}/redelivery", headers=headers)
    content = answer.json()
    return answer.status_code, content.get("status") if answer.is_success else content["code"]


async def wait_until_failed(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """Wait until an attempt has failed."""
    return await wait_until(
        lambda: stored_webhook(gateway, event_id), lambda row: bool(row["last_error"])
    )


async def wait_until_delivered(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """Wait until a webhook was accepted."""
    return await wait_until(
        lambda: stored_webhook(gateway, event_id), lambda row: bool(row["delivered_at"])
    )
