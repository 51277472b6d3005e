"""The gateway as its callers meet it: real HTTP, in front of a whole stage."""

import asyncio
import base64
import contextlib
import itertools
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp
from temporalio.testing import WorkflowEnvironment

from adapters.http.webhook_client import open_door
from adapters.postgres.database import Postgres
from adapters.security.jwt import new_token
from background.context import JobContext, WebhookTarget
from background.jobs import run_jobs
from domain.partners.profile import PartnerProfile
from gateway.app import create_app
from gateway.server.server_config import ServerConfig
from gateway.server.uvicorn_server import Server
from local.stack.ports import HOST
from settings.gateway import GatewaySettings
from tests.support.sockets import listening_socket
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.profiles import profiles, secrets
from tests.support.workflow.setup import open_environment

ISSUER: Final = "https://platform.rewards.example"
AUDIENCE: Final = "support-tickets"
JWT_SECRET: Final = "made-up-for-the-tests-only-shared-with-nobody"
SIGNING_SECRET: Final = "made-up-for-the-tests-only-signs-pages-alone"
WEBHOOK_SECRET: Final = "whsec_" + base64.b64encode(b"made up for the platform's webhooks").decode()
_ids: Final = itertools.count(1)


class InProcessServer(Server):
    """A server that leaves the signals of the test run alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@dataclass
class RunningGateway:
    """The gateway's address, and what tests need to call it; behind it a whole stage."""

    address: str
    http: httpx.AsyncClient
    env: TicketEnvironment
    app: FastAPI
    profiles: Mapping[str, PartnerProfile]

    def new_id(self, prefix: str) -> str:
        """An id that nothing else of this run has."""
        return f"{prefix}-{next(_ids)}-{os.getpid()}"

    def as_platform(self, *accounts: str, **changes: Any) -> dict[str, str]:
        """Headers of a platform that speaks for these accounts, or for all."""
        told = list(accounts) or "*"
        return self.bearer_headers({"roles": ["platform"], "accounts": told} | changes)

    def as_agent(self, name: str = "dorota", **changes: Any) -> dict[str, str]:
        """Headers of an agent."""
        return self.bearer_headers({"sub": name, "roles": ["agent"]} | changes)

    def as_operator(self) -> dict[str, str]:
        """Headers of an operator."""
        return self.bearer_headers({"roles": ["operator"]})

    def bearer_headers(self, content: dict[str, Any], secret: str = JWT_SECRET) -> dict[str, str]:
        """Headers with a token that says this beside what every token says."""
        return {"authorization": f"Bearer {self.token(content, secret)}"}

    def token(self, content: dict[str, Any], secret: str = JWT_SECRET) -> str:
        """A token that says this beside what every token says."""
        now = int(time.time())
        known = {"iss": ISSUER, "aud": AUDIENCE, "sub": "platform", "iat": now, "exp": now + 300}
        return new_token(secret, known | content)

    def login_token(self, **content: Any) -> str:
        """A hand-over to the pages: a member's, unless something else is said."""
        known = {
            "aud": f"{AUDIENCE}/pages",
            "sub": "acc-1001",
            "roles": ["member"],
            "jti": self.new_id("login-token"),
            "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
        }
        return self.token(known | content)


def gateway_settings(database_url: str, **changes: Any) -> GatewaySettings:
    """Settings of a gateway on this database."""
    known = {
        "DATABASE_URL": database_url,
        "TICKETS_SUPPORT_EMAIL": "help@rewards.example",
        "TICKETS_SIGNING_SECRET": SIGNING_SECRET,
        "TICKETS_JWT_ISSUER": ISSUER,
        "TICKETS_JWT_AUDIENCE": AUDIENCE,
        "TICKETS_JWT_SECRET": JWT_SECRET,
        "TICKETS_TEMPORAL_UI_URL": "http://temporal.example",
    }
    return GatewaySettings.model_validate(known | changes)


@asynccontextmanager
async def serve_app(
    app: ASGIApp, listening: socket.socket, config: ServerConfig | None = None
) -> AsyncIterator[None]:
    """Serve an application at a socket that listens already, in this event loop."""
    server = InProcessServer(config or ServerConfig(app, shutdown_timeout=1))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def background_jobs(
    env: TicketEnvironment, database_url: str, changes: Mapping[str, Any]
) -> AsyncIterator[None]:
    """The jobs that a worker runs beside its task queues; webhooks if `changes` name an address."""
    target = None
    if url := changes.get("TICKETS_WEBHOOK_URL"):
        target = WebhookTarget(url, changes["TICKETS_WEBHOOK_SECRET"])
    async with (
        Postgres.connect(database_url, 5) as postgres,
        open_door({}) as http,
        run_jobs(JobContext(postgres, env.client, http, target)),
    ):
        yield


@asynccontextmanager
async def run_gateway(
    server: WorkflowEnvironment,
    database_url: str,
    letters: Path,
    temporal: str = "",
    with_workers: bool = True,
    **changes: Any,
) -> AsyncIterator[RunningGateway]:
    """A gateway in front of a stage of its own on this Temporal server; `changes` to settings.

    `temporal` is another address by which the gateway reaches the server.
    """
    async with AsyncExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, secret in secrets().items():
            environment.setenv(name, secret)
        reached_at = temporal or server.client.service_client.config.target_host
        environment.setenv("TEMPORAL_ADDRESS", reached_at)
        environment.setenv("TEMPORAL_NAMESPACE", server.client.namespace)
        listening = stack.enter_context(listening_socket())
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        own = {"TICKETS_PUBLIC_URL": address}
        told = own | {"TICKETS_SIGNING_SECRET": SIGNING_SECRET}
        env = await stack.enter_async_context(
            open_environment(database_url, letters, server, with_workers, told)
        )
        if with_workers:
            await stack.enter_async_context(background_jobs(env, database_url, changes))
        known = profiles(env.partner.base_url, {})
        settings = gateway_settings(database_url, **own | changes)
        app = create_app(settings, known, dict.fromkeys(secrets(), SECRET))
        await stack.enter_async_context(serve_app(app, listening))
        http = httpx.AsyncClient(base_url=address, trust_env=False, timeout=30)
        await stack.enter_async_context(http)
        yield RunningGateway(address, http, env, app, known)
