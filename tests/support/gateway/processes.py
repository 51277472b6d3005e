"""More gateways: in this process, or in one that can be killed."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from gateway.app import create_app
from local.stack.ports import HOST, free_ports
from local.stack.profiles import generate_secret
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.server import serve_app
from tests.support.gateway.setup import gateway_settings
from tests.support.polling import wait_until
from tests.support.sockets import listening_socket
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.profiles import PARTNERS, secrets

ROOT = Path(__file__).resolve().parents[3]


@asynccontextmanager
async def second_gateway(
    gateway: RunningGateway, database_url: str = "", **changed_secrets: str
) -> AsyncIterator[httpx.AsyncClient]:
    """Run another gateway in this process, on this database or another, with changed secrets."""
    url = database_url or gateway.app.state.context.settings.database_url
    settings = gateway_settings(url, TICKETS_PUBLIC_URL=gateway.address)
    partner_secrets = dict.fromkeys(secrets(), SECRET) | changed_secrets
    with listening_socket() as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        async with (
            serve_app(create_app(settings, gateway.profiles, partner_secrets), listening),
            httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http,
        ):
            yield http


@asynccontextmanager
async def gateway_process(
    gateway: RunningGateway, temporal: str, files: int = 0
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """Run a gateway as a process on the same database; it may open so many `files`."""
    (port,) = free_ports(1)
    settings = gateway.app.state.context.settings
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "TEMPORAL_ADDRESS": temporal,
        "TICKETS_SUPPORT_EMAIL": settings.support_email,
        "TICKETS_ALLOW_PRIVATE_ADDRESSES": "true",
        "TICKETS_PARTNERS_DIR": str(PARTNERS),
        "TICKETS_PUBLIC_URL": gateway.address,
        "TICKETS_SIGNING_SECRET": settings.signing_secret,
        "TICKETS_GATEWAY_BIND": f"{HOST}:{port}",
        "TICKETS_JWT_ISSUER": settings.jwt_issuer,
        "TICKETS_JWT_AUDIENCE": settings.jwt_audience,
        "TICKETS_JWT_SECRET": settings.jwt_secret or "",
        **{name: generate_secret() for name in secrets()},
        "TICKETS_PARTNER_SECRET_VELOTEL": SECRET,
    }
    limit = ("prlimit", f"--nofile={files}:{files}") if files else ()
    process = await asyncio.create_subprocess_exec(
        *(*limit, sys.executable, "-m", "gateway"),
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False) as http:
            await wait_until(lambda: _is_alive(http), bool)
            yield process, http
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _is_alive(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False
