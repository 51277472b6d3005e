"""A local stack whose database is about to be in trouble: directly or through PgBouncer."""

import os
import signal
from pathlib import Path
from typing import Final

from local.faults.database.database_faults import as_owner
from local.faults.database.pgbouncer import NAME, pgbouncer, write_users
from local.faults.random_faults import write_overlays
from local.stack.ports import HOST, Ports, free_ports
from local.stack.postgres import SERVICE_ROLE, database_url
from local.stack.readiness import wait_for_port
from local.stack.stack import Stack

POOL_SIZE: Final = 30
"""Connections of PgBouncer: a few more than worker and gateway may use. With fewer, a locked table
leaves none, and readiness says so.
"""


class FaultyDatabaseStack(Stack):
    """Worker and gateway take the database's URL from a file, and the worker answers probes."""

    def __init__(self, state: Path, *, pooled: bool) -> None:
        """`pooled`: through PgBouncer in transaction mode."""
        super().__init__(state, Ports.free(), overlays_dir=write_overlays(state / "overlays"))
        self.pooled = pooled
        probes, self._pooler_port = free_ports(2)
        self.worker_probes = f"{HOST}:{probes}"
        self._url_file = self.state / "database_url"
        self._pooler_folder = self.state / NAME

    async def replace_password(self, password: str) -> None:
        """Give the service's role another password, which neither program knows yet."""
        await as_owner(self, f"alter role {SERVICE_ROLE} password '{password}'")
        self._password = password
        self.addresses["database_url"] = database_url(
            self.ports.postgres_port, password, SERVICE_ROLE
        )

    @property
    def service_url(self) -> str:
        """The database as worker and gateway reach it."""
        return self._url_file.read_text()

    def hand_out_password(self) -> None:
        """Let PgBouncer, worker and gateway know the password."""
        if self.pooled:
            write_users(self._pooler_folder, SERVICE_ROLE, self._password)
            os.kill(self.supervisor.pid(NAME), signal.SIGHUP)
        self._write_url()

    def _prepare(self) -> None:
        super()._prepare()
        del self.environment["DATABASE_URL"]
        self.environment["DATABASE_URL_FILE"] = str(self._url_file)
        self.environment["TICKETS_HEALTH_BIND"] = self.worker_probes
        if self.pooled:
            self.environment["TICKETS_DATABASE_STATEMENT_CACHE"] = "0"
        self._write_url()

    async def _database_with_schema(self) -> None:
        await super()._database_with_schema()
        if self.pooled:
            url = self.addresses["database_url"]
            spec = pgbouncer(self._pooler_folder, self._pooler_port, url, POOL_SIZE)
            await self.supervisor.start(spec)
            await self.supervisor.run_while_healthy(wait_for_port(self._pooler_port))

    def _write_url(self) -> None:
        port = self._pooler_port if self.pooled else self.ports.postgres_port
        self._url_file.write_text(database_url(port, self._password, SERVICE_ROLE))
