"""The forms that a partner sends behind a link, and their results."""

from typing import Any

import httpx

from tests.support.gateway.running_gateway import RunningGateway

CONFIRMATION = {"outcome": "confirmed", "round": "0", "confirmed": "yes"}


def reject(reason: str = "order_not_found", **more: str) -> dict[str, str]:
    return {"outcome": "rejected", "round": "0", "confirmed": "yes", "reason_code": reason} | more


async def post(gateway: RunningGateway, address: str, form: dict[str, Any]) -> httpx.Response:
    return await gateway.http.post(address, data=form)


async def stored_outcomes(gateway: RunningGateway) -> list[tuple[str, str]]:
    rows = await gateway.env.rows("partner_outcomes", "sequence")
    return [(row["outcome_id"], row["outcome"]["outcome"]) for row in rows]
