"""`python -m cli repair`: find open tickets without a running workflow and resume them."""

import argparse

from cli.argument_types import number
from cli.command import Command, ExitCode
from process.database import open_database
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
    results = []
    async with open_database(settings, settings.database_pool_size, "cli") as database:
        for ticket in options.numbers or await find_lost_tickets(database, client):
            result = await repair_ticket(database, client, ticket, dry_run=options.dry_run)
            print(f"{ticket}: {result}", flush=True)
            results.append(result)
    return ExitCode.PARTIAL if "nothing to do" in results else ExitCode.OK


COMMAND = Command("resume open tickets that have no running workflow", run, add_arguments)
