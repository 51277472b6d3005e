"""Connections to the programs of a running stack."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import httpx
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.postgres.database import Database
from local.partner_simulator.scripts import Script
from local.platform_simulator.gateway_client import TIMEOUT as GATEWAY_TIMEOUT
from local.platform_simulator.gateway_client import GatewayClient
from local.platform_simulator.tokens import TokenIssuer
from local.stack.stack import Stack

POLL_SECONDS: Final = 0.25  # seconds between two tries


@dataclass(frozen=True)
class Connections:
    """Connections to the programs of a running stack; `database` is only read."""

    gateway: GatewayClient
    platform: httpx.AsyncClient
    database: Database
    partners: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    client: Client


@contextlib.asynccontextmanager
async def connect(stack: Stack) -> AsyncIterator[Connections]:
    """Connect to every program of a running stack that a run needs."""
    where = stack.addresses
    async with (
        Database.connect(lambda: where["database_url"]) as database,
        _http(where["gateway"], GATEWAY_TIMEOUT) as gateway,
        _http(where["platform"]) as platform,
        _http(where["partner_simulator"]) as partners,
        _http(where["mailbox"]) as mailbox,
    ):
        address = where["temporal_address"]
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        calls = GatewayClient(gateway, TokenIssuer(stack.environment))
        yield Connections(calls, platform, database, partners, mailbox, client)


async def set_script(partners: httpx.AsyncClient, number: str, script: Script) -> None:
    """Let the partner simulator treat a claim as `script` says; repeated until it answers."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = await partners.put(f"/scripts/{number}", content=script.model_dump_json())
            answer.raise_for_status()
            return
        await asyncio.sleep(POLL_SECONDS)


def _http(address: str, seconds: float = 10) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, trust_env=False, timeout=seconds)
