"""`python -m bench [NAME …]`: print figures; 1 where one is missed.

Each runs on a fresh local stack: Temporal dev server, PostgreSQL, worker, partners over HTTP.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import admission, floods, isolation, rate
from bench.cost import measure as cost
from bench.cost import open_tickets
from bench.figures import Figure
from bench.report import write_report
from domain.errors import TicketError
from process.exit_process import exit_process

STATE = Path(".local/bench")
BENCHMARKS = {
    "admission": admission.measure,
    "cost": cost.measure,
    "open-tickets": open_tickets.measure,
    "sharing": isolation.measure,
    "rate": rate.measure,
    "floods": floods.measure,
}
COLUMNS = ("benchmark", "figure", "value", "bound", "")


def main(arguments: list[str]) -> int:
    """Run those that are named, or all; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--state-dir", type=Path, default=STATE, help="wiped first (%(default)s)")
    parser.add_argument("--report", type=Path, help="a page for the figures; JSON goes beside it")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    console = Console()
    try:
        figures = {
            name: asyncio.run(BENCHMARKS[name](options.state_dir, console.print))
            for name in options.names or BENCHMARKS
        }
    except TicketError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    console.print(_table(figures))
    if options.report:
        write_report(figures, options.report)
    return 0 if all(figure.within_bounds for found in figures.values() for figure in found) else 1


def _table(figures: dict[str, list[Figure]]) -> Table:
    table = Table(*COLUMNS)
    for name, found in figures.items():
        for figure in found:
            verdict = "ok" if figure.within_bounds else "MISSED"
            bounds_text = figure.bounds_text
            table.add_row(
                name, figure.name, figure.display, bounds_text, verdict if bounds_text else ""
            )
    return table


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
