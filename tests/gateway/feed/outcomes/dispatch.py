"""Stored outcomes, and a gateway whose connection to Temporal can be cut."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from local.stack.ports import HOST
from tests.support.gateway.processes import second_gateway
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.workflow.stored_ticket import Row
from tests.support.workflow.tcp_proxy import TcpProxy, open_proxy

MAKE_DUE = "update outcome_outbox set due_at = now(), leased_until = null"


async def stored_outcomes(gateway: RunningGateway) -> list[Row]:
    """Return the ticket's stored outcomes in order."""
    return await gateway.env.rows("partner_outcomes", "sequence")


async def dispatch_later(gateway: RunningGateway) -> None:
    """Make all outcomes due, and wait until the sweeper has dispatched them."""
    async with gateway.env.database.transaction() as connection:
        await connection.execute(MAKE_DUE)
    await wait_until(
        lambda: stored_outcomes(gateway), lambda rows: all(row["code"] for row in rows)
    )


@asynccontextmanager
async def gateway_with_proxy(
    gateway: RunningGateway,
) -> AsyncIterator[tuple[httpx.AsyncClient, TcpProxy]]:
    """Run another gateway whose connection to Temporal can be cut."""
    host = os.environ["TEMPORAL_ADDRESS"]
    async with open_proxy(int(host.rpartition(":")[2])) as proxy:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TEMPORAL_ADDRESS", f"{HOST}:{proxy.port}")
            async with second_gateway(gateway) as http:
                yield http, proxy
