"""Starts a gateway with a separate environment behind it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.http.webhook_client import open_client
from adapters.postgres.database import Database
from background.context import JobContext, WebhookTarget
from background.jobs import run_jobs
from gateway.app import create_app
from local.stack.ports import HOST
from settings.gateway import GatewaySettings
from tests.support.gateway.running_gateway import (
    AUDIENCE,
    ISSUER,
    JWT_SECRET,
    SIGNING_SECRET,
    RunningGateway,
)
from tests.support.gateway.server import serve_app
from tests.support.sockets import listening_socket
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.profiles import profiles, secrets
from tests.support.workflow.setup import open_environment


def gateway_settings(database_url: str, **changes: Any) -> GatewaySettings:
    """Return settings of a gateway on this database."""
    defaults = {
        "DATABASE_URL": database_url,
        "TICKETS_SUPPORT_EMAIL": "help@rewards.example",
        "TICKETS_SIGNING_SECRET": SIGNING_SECRET,
        "TICKETS_JWT_ISSUER": ISSUER,
        "TICKETS_JWT_AUDIENCE": AUDIENCE,
        "TICKETS_JWT_SECRET": JWT_SECRET,
        "TICKETS_TEMPORAL_UI_URL": "http://temporal.example",
    }
    return GatewaySettings.model_validate(defaults | changes)


@asynccontextmanager
async def background_jobs(
    env: TicketEnvironment, database_url: str, changes: Mapping[str, Any]
) -> AsyncIterator[None]:
    """Run a worker's background jobs; with webhooks if `changes` name an address."""
    target = None
    if url := changes.get("TICKETS_WEBHOOK_URL"):
        target = WebhookTarget(url, changes["TICKETS_WEBHOOK_SECRET"])
    async with (
        Database.connect(database_url, 5) as database,
        open_client({}) as http,
        run_jobs(JobContext(database, env.client, http, target)),
    ):
        yield


@asynccontextmanager
async def run_gateway(
    server: WorkflowEnvironment,
    database_url: str,
    emails: Path,
    temporal: str = "",
    with_workers: bool = True,
    **changes: Any,
) -> AsyncIterator[RunningGateway]:
    """Run a gateway with a ticket environment on this Temporal server; `changes` to its settings.

    `temporal`: another address at which the gateway reaches the server.
    """
    async with AsyncExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, secret in secrets().items():
            environment.setenv(name, secret)
        temporal_address = temporal or server.client.service_client.config.target_host
        environment.setenv("TEMPORAL_ADDRESS", temporal_address)
        environment.setenv("TEMPORAL_NAMESPACE", server.client.namespace)
        listening = stack.enter_context(listening_socket())
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        public_url = {"TICKETS_PUBLIC_URL": address}
        shared = public_url | {"TICKETS_STATUS_PAGE": "link"}
        worker_settings = shared | {"TICKETS_SIGNING_SECRET": SIGNING_SECRET}
        env = await stack.enter_async_context(
            open_environment(database_url, emails, server, with_workers, worker_settings)
        )
        if with_workers:
            await stack.enter_async_context(background_jobs(env, database_url, changes))
        partners = profiles(env.partner.base_url, {})
        settings = gateway_settings(database_url, **shared | changes)
        app = create_app(settings, partners, dict.fromkeys(secrets(), SECRET))
        await stack.enter_async_context(serve_app(app, listening))
        http = httpx.AsyncClient(base_url=address, trust_env=False, timeout=30)
        await stack.enter_async_context(http)
        yield RunningGateway(address, http, env, app, partners)
