"""A partner's calls, signed by the official `standardwebhooks` package."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from adapters.security.signed_links import OUTCOME, LinkSubject, sign_link
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim
from tests.support.workflow.partner_server import SECRET


def signed_headers(
    body: bytes,
    message_id: str,
    secret: str = SECRET,
    at: datetime | None = None,
) -> dict[str, str]:
    """Return headers of a message that was signed at this time, or now."""
    signed_at = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, signed_at, body.decode()),
    }


def ago(**span: float) -> datetime:
    """Return the time so long ago (`minutes=4`); in the future if negative."""
    return datetime.now(UTC) - timedelta(**span)


async def send_outcomes(
    gateway: RunningGateway,
    payload: object,
    partner_id: str = "velotel",
    message_id: str = "",
    at: datetime | None = None,
    http: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Send a partner's message."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = signed_headers(body, message_id or gateway.new_id("msg"), at=at)
    address = f"/v1/partners/{partner_id}/outcomes"
    return await (http or gateway.http).post(address, content=body, headers=headers)


async def results(
    gateway: RunningGateway, payload: object, **more: Any
) -> list[tuple[str, str | None]]:
    """Send a message that is accepted; return status and code of each result."""
    response = await send_outcomes(gateway, payload, **more)
    assert response.status_code == 202, response.text
    return [(one["status"], one["code"]) for one in response.json()["results"]]


def outcome(
    gateway: RunningGateway, number: str, kind: str = "confirmed", **changes: Any
) -> dict[str, Any]:
    """Return an outcome with a unique id."""
    defaults = {"outcome_id": gateway.new_id("evt"), "number": number, "outcome": kind}
    return defaults | changes


async def a_ticket(gateway: RunningGateway, **changes: Any) -> str:
    """File a claim, wait until its partner has received it, and return its number."""
    await gateway.env.file_and_send(claim=a_claim(gateway.new_id("acc"), **changes))
    return gateway.env.number


def outcome_link(
    gateway: RunningGateway,
    number: str,
    partner_id: str = "velotel",
    secret: str = SECRET,
    days: float = 30,
) -> str:
    """Return the link of an e-mail to the partner, valid for so many days."""
    until = datetime.now(UTC) + timedelta(days=days)
    token = sign_link(secret, LinkSubject(OUTCOME, number, partner_id), until)
    return f"{gateway.address}/partners/{partner_id}/tickets/{number}/outcome?token={token}"
