"""How a partner speaks to us: messages signed by the official `standardwebhooks` package."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from adapters.security.signed_links import OUTCOME, Subject, new_token
from tests.support.claims import a_claim
from tests.support.gateway import RunningGateway
from tests.support.workflow.partner_server import SECRET


def signed_headers(
    body: bytes,
    message_id: str,
    secret: str = SECRET,
    at: datetime | None = None,
) -> dict[str, str]:
    """Headers of a message that was signed at this moment, or now."""
    moment = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode()),
    }


def ago(**span: float) -> datetime:
    """So long before now (`minutes=4`); after now if negative."""
    return datetime.now(UTC) - timedelta(**span)


async def send_outcomes(
    gateway: RunningGateway,
    told: object,
    partner_id: str = "velotel",
    message_id: str = "",
    at: datetime | None = None,
    http: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Send a message of a partner."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = signed_headers(body, message_id or gateway.new_id("msg"), at=at)
    address = f"/v1/partners/{partner_id}/outcomes"
    return await (http or gateway.http).post(address, content=body, headers=headers)


async def results(
    gateway: RunningGateway, told: object, **more: Any
) -> list[tuple[str, str | None]]:
    """Send a message that is taken; return status and code of each result."""
    answer = await send_outcomes(gateway, told, **more)
    assert answer.status_code == 202, answer.text
    return [(one["status"], one["code"]) for one in answer.json()["results"]]


def outcome(
    gateway: RunningGateway, number: str, said: str = "confirmed", **changes: Any
) -> dict[str, Any]:
    """An outcome with an id of its own."""
    known = {"outcome_id": gateway.new_id("evt"), "number": number, "outcome": said}
    return known | changes


async def a_ticket(gateway: RunningGateway, **changes: Any) -> str:
    """File a claim and wait until its partner has it; return its number."""
    await gateway.env.file_and_send(claim=a_claim(gateway.new_id("acc"), **changes))
    return gateway.env.number


def outcome_link(
    gateway: RunningGateway,
    number: str,
    partner_id: str = "velotel",
    secret: str = SECRET,
    days: float = 30,
) -> str:
    """The address that a letter to the partner carries; good for so many days."""
    until = datetime.now(UTC) + timedelta(days=days)
    token = new_token(secret, Subject(OUTCOME, number, partner_id), until)
    return f"{gateway.address}/partners/{partner_id}/tickets/{number}/outcome?token={token}"
