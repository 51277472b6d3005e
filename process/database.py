"""The database of worker, gateway and commands: how it is opened, and checked at a start."""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

from adapters.postgres.database import QUERIES, Database
from adapters.postgres.schema.roles import require_non_owner
from domain.errors import InvalidConfiguration, TransientError
from settings.loading import load_database_url
from settings.runtime import ServiceSettings

log = logging.getLogger("database")
URL_FILE: Final = "DATABASE_URL_FILE"
JOB_CONNECTIONS: Final = 5
"""Connections of a worker for its background jobs, beside those of its activities."""
PROBE_CONNECTIONS: Final = 1
"""Connections of each process for its readiness: it says nothing about how busy the others are."""
_TIMEOUT_SECONDS: Final = 5.0


def open_database(
    settings: ServiceSettings, connections: int, name: str
) -> AbstractAsyncContextManager[Database]:
    """Open a pool of so many connections, which PostgreSQL shows under `name`."""
    url = following_url(settings.database_url)
    return Database.connect(url, connections, settings.statement_cache, f"tickets-{name}")


def following_url(known: str) -> Callable[[], str]:
    """Return what gives the URL for each new connection: the content of the file that
    `DATABASE_URL_FILE` names, or the last good one. Without that setting it never changes.
    """

    def current() -> str:
        nonlocal known
        try:
            url = load_database_url({URL_FILE: os.environ[URL_FILE]})
        except InvalidConfiguration as error:
            log.error("the old address stays: %s", error)
            return known
        if url != known:
            log.info("the address of the database was replaced")
            known = url
        return known

    return current if URL_FILE in os.environ else lambda: known


async def check_database_at_start(settings: ServiceSettings) -> None:
    """Raise `InvalidConfiguration` if our role owns the tables, and warn if all processes together
    may open more connections than it may have. Nothing is checked while it is unavailable.
    """
    await require_non_owner(settings.database_url, only_warn=settings.allow_private_addresses)
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS), open_database(settings, 1, "start") as opened:
            limit: int = await opened.fetch_value(QUERIES.connection_limit)
    except (TimeoutError, TransientError):
        return
    if (needed := connections_of_all(settings)) > limit:
        log.warning(
            "%d workers with %d connections each and %d gateways with %d may open %d,"
            " and PostgreSQL allows %d: lower TICKETS_DATABASE_POOL_SIZE, or raise max_connections"
            " or the limit of the role or database (behind PgBouncer its own limits count)",
            settings.worker_processes, _of_worker(settings),
            settings.gateway_processes, _of_gateway(settings),
            needed, limit,
        )  # fmt: skip


def connections_of_all(settings: ServiceSettings) -> int:
    """Return how many connections all workers and gateways open at most."""
    workers = settings.worker_processes * _of_worker(settings)
    return workers + settings.gateway_processes * _of_gateway(settings)


def _of_worker(settings: ServiceSettings) -> int:
    return settings.database_pool_size + JOB_CONNECTIONS + PROBE_CONNECTIONS


def _of_gateway(settings: ServiceSettings) -> int:
    return settings.database_pool_size + PROBE_CONNECTIONS
