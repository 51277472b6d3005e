"""`python -m cli migrate`: bring the database's schema up to date."""

import argparse
import logging

from adapters.postgres.database import Database
from adapters.postgres.schema.migrations import migrate
from adapters.postgres.schema.roles import OWNER, grant_privileges, require_known_options
from cli.command import Command, ExitCode
from settings.loading import load_owner_settings

log = logging.getLogger("cli")


async def run(options: argparse.Namespace) -> int:
    """Run the migrations of which the environment names the database."""
    await run_migrations()
    return ExitCode.OK


async def run_migrations() -> None:
    """Apply missing migrations as the tables' owner, then grant the service its privileges."""
    settings = load_owner_settings()
    owner = settings.owner_url or settings.database_url
    setting = OWNER if settings.owner_url else "DATABASE_URL"
    async with Database.connect(owner, connections=1, statement_cache=0) as database:
        await require_known_options(database, setting)
        for migration in await migrate(database):
            log.info("applied %04d %s", migration.version, migration.name)
        await grant_privileges(database, settings.service_role)


COMMAND = Command("bring the database's schema up to date", run)
