"""`python -m cli import`: apply the outcomes of a partner's CSV file."""

import argparse
import contextlib
import sys
from pathlib import Path

from adapters.files.csv import open_csv
from adapters.postgres.database import Database
from cli.command import Command, ExitCode, usage_error
from cli.exchange.csv_columns import check_header, column_of
from cli.exchange.importer import Importer
from cli.exchange.partner_exchange import run_for_partner
from cli.exchange.progress import Progress
from domain.errors import RequestRejected
from domain.partners.rules import PartnerRules
from workflows.connection import connect
from workflows.outcome_dispatcher import OutcomeDispatcher


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the partner, the file and the dry run."""
    parser.add_argument("partner")
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only report errors")


async def run(options: argparse.Namespace) -> int:
    """Import the file that the options name."""
    return await run_for_partner(
        options.partner,
        lambda database, rules: _import(database, rules, options.file, options.dry_run),
    )


async def _import(database: Database, rules: PartnerRules, file: Path, dry_run: bool) -> int:
    with contextlib.ExitStack() as stack:
        try:
            reader = stack.enter_context(open_csv(file, rules.market.language, column_of))
            unknown = check_header(reader.columns)
        except (OSError, ValueError, RequestRejected) as error:
            return usage_error(f"{file}: {error}")
        if unknown:
            print(f"columns ignored: {', '.join(one[:60] for one in unknown)}", file=sys.stderr)
        dispatcher = None if dry_run else OutcomeDispatcher(await connect())
        progress = Progress(reader, sys.stderr)
        importer = Importer(database, rules.id, dispatcher, _print_line, rules.market)
        summary = await importer.import_lines(reader, progress.show)
        progress.show(summary, last=True)
    return ExitCode.PARTIAL if summary.rejected else ExitCode.OK


def _print_line(text: str) -> None:
    print(text, flush=True)


COMMAND = Command("apply the outcomes of a partner's CSV file", run, add_arguments)
