"""An agent's browser on the agent pages, without rendering."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.support.gateway.running_gateway import RunningGateway


@asynccontextmanager
async def signed_in_agent(
    gateway: RunningGateway, name: str = "dorota"
) -> AsyncIterator[httpx.AsyncClient]:
    """Sign an agent in, and yield a client with the session cookie."""
    token = gateway.login_token(sub=name, roles=["agent"])
    async with httpx.AsyncClient(base_url=gateway.address, trust_env=False, timeout=30) as client:
        response = await client.post("/desk/sign-in", data={"token": token})
        assert response.status_code == 303
        yield client


async def withdrawal_form(client: httpx.AsyncClient, number: str) -> dict[str, str]:
    """Return the fields of the withdrawal form on a ticket's page, filled in."""
    html = (await client.get(f"/desk/tickets/{number}")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', html))
    return hidden | {"action": "withdraw", "withdraw_reason": "filed twice"}
