"""`python -m bench [NAME …]`: print figures; 1 where one is missed.

Each runs on a fresh local stack: Temporal dev server, PostgreSQL, worker, partners over HTTP.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import admission, floods, isolation, rate, storm
from bench.cost import measure as cost
from bench.cost import open_tickets
from bench.figures import Figure
from bench.peer import measure as peer
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
    "storm": storm.measure,
    "peer": peer.measure,
}
QUICK = ("admission", "cost", "storm", "peer")
COLUMNS = ("benchmark", "figure", "value", "spread", "bound", "")
QUICK_HELP = f"""small counts, about two minutes; without names only {", ".join(QUICK)}: the others
need more time; all bounds are shown, but only those that hold for any count (nothing failed, number
of Actions) decide the exit code"""


def main(arguments: list[str]) -> int:
    """Run those that are named, or all; the result is the exit code."""
    options = _options(arguments)
    console = Console()
    figures: dict[str, list[Figure]] = {}
    failed = False
    for name in chosen(options.names, options.quick):
        try:
            measure = BENCHMARKS[name](options.state_dir, console.print, options.quick)
            figures[name] = asyncio.run(measure)
        except TicketError as error:
            print(f"error: {name}: {error}", file=sys.stderr)
            failed = True
    console.print(_table(figures))
    if options.report:
        write_report(figures, options.report)
    missed = any(figure.fails(options.quick) for found in figures.values() for figure in found)
    return 1 if failed or missed else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help=QUICK_HELP)
    parser.add_argument("--state-dir", type=Path, default=STATE, help="wiped first (%(default)s)")
    parser.add_argument("--report", type=Path, help="a page for the figures; JSON goes beside it")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def chosen(names: list[str], quick: bool) -> list[str]:
    """Return the benchmarks to run: those that are named, else all, or the quick ones."""
    return names or [*(QUICK if quick else BENCHMARKS)]


def _table(figures: dict[str, list[Figure]]) -> Table:
    table = Table(*COLUMNS)
    for name, found in figures.items():
        for figure in found:
            verdict = "ok" if figure.within_bounds else "MISSED"
            bounds = figure.bounds_text
            row = (figure.name, figure.display, figure.spread_text, bounds)
            table.add_row(name, *row, verdict if bounds else "")
    return table


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
