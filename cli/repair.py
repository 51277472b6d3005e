"""`python -m cli repair`: find open tickets without a running workflow and resume them."""

import argparse

from adapters.postgres.database import Postgres
from cli.argument_types import number
from cli.command import Command, ExitCode
from settings.loading import load_worker_settings
from workflows.connection import connect
from workflows.resumption import find_lost_tickets, repair_ticket


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the numbers and the dry run."""
    parser.add_argument("numbers", nargs="*", type=number, metavar="NUMBER")
    parser.add_argument("--dry-run", action="store_true", help="only list these tickets")


async def run(options: argparse.Namespace) -> int:
    """Resume the tickets that the options name, or all; print one line for each."""
    settings, client = load_worker_settings(), await connect()
    cache, results = settings.statement_cache, []
    async with Postgres.connect(settings.database_url, statement_cache=cache) as postgres:
        for ticket in options.numbers or await find_lost_tickets(postgres, client):
            result = await repair_ticket(postgres, client, ticket, dry_run=options.dry_run)
            print(f"{ticket}: {result}", flush=True)
            results.append(result)
    return ExitCode.PARTIAL if "nothing to do" in results else ExitCode.OK


COMMAND = Command("resume open tickets that have no running workflow", run, add_arguments)
