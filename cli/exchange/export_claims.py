"""`python -m cli export`: write the claims that wait for a partner as CSV."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from adapters.files.csv_writer import atomic_writer, csv_text, write_row
from adapters.postgres.database import Database
from adapters.postgres.partners.exports import (
    Export,
    get_export,
    iter_exported_claims,
    mark_export_written,
    start_export,
)
from cli.command import Command, ExitCode, usage_error
from cli.exchange.claim_rows import claim_header, claim_row
from cli.exchange.csv_columns import separator
from cli.exchange.partner_exchange import run_for_partner
from domain.partners.rules import PartnerRules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the partner, the file and the number of an earlier export."""
    parser.add_argument("partner")
    parser.add_argument("--out", type=Path, help="the file to write; default: standard output")
    parser.add_argument("--again", type=int, metavar="EXPORT_ID", help="repeat an earlier export")


async def run(options: argparse.Namespace) -> int:
    """Export for the partner that the options name."""
    return await run_for_partner(
        options.partner,
        lambda database, rules: export(database, rules, options.out, options.again),
    )


async def export(
    database: Database, rules: PartnerRules, out: Path | None, again: int | None = None
) -> int:
    """Write the claims that wait for the partner, or those of the earlier export `again`."""
    fields = list(dict.fromkeys(form_field.name for form_field in rules.fields))
    if again is None:
        made = await start_export(database, rules.id, fields)
    elif (made := await get_export(database, rules.id, again)) is None:
        return usage_error(f"no export {again} of {rules.id}")
    count = 0
    with atomic_writer(out) if out else _standard_output() as text:
        sign = separator(rules.market)
        write_row(text, claim_header(made.answer_columns if made else fields), sign)
        if made:
            count = await _write_claims(database, made, text, sign)
    if made is None:
        print(f"nothing waits for {rules.id}", file=sys.stderr)
        return ExitCode.OK
    await mark_export_written(database, made)
    before = ", resumed" if made.is_resumed else ""
    print(f"export {made.export_id}{before}: {count} claims", file=sys.stderr)
    return ExitCode.OK


async def _write_claims(database: Database, made: Export, text: TextIO, sign: str) -> int:
    count = 0
    async for one in iter_exported_claims(database, made):
        write_row(text, claim_row(one.purpose, one.claim, made.answer_columns), sign)
        count += 1
    return count


@contextlib.contextmanager
def _standard_output() -> Iterator[TextIO]:
    text = csv_text(sys.stdout.buffer)
    try:
        yield text
    finally:
        text.flush()
        text.detach()


COMMAND = Command("write the claims that wait for a partner as CSV", run, add_arguments)
