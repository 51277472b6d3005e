"""What does the same work cost on DBOS? Real tickets and the peer's, in turns, on one stack.

Both use one PostgreSQL server, mail catcher, partner simulator and platform, and the same adapters
for e-mails and calls. The peer leaves out what a straight way does not need: checks of the claim,
its limits, an inbox of outcomes, a log of messages, agents, a page.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench.cost.at_once import CONCURRENT
from bench.cost.rounds import Round, Stopwatch
from bench.counts import WorkCount
from bench.figures import Figure
from bench.load import Report
from bench.peer.contest import Contest, open_contest
from bench.peer.environment import PeerNotInstalled, peer_python
from bench.peer.peer_figures import ENGINES, peer_figures, work_figures

ROUNDS: Final = WorkCount(3, quick=1)
UNITS: Final = WorkCount(200, quick=40)
WARM_UP_UNITS: Final = WorkCount(40, quick=10)


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return the figures of both and their ratios; every round goes to `peer.json`."""
    report("Installing the peer, unless it is there ...")
    try:
        python = await peer_python(state)
    except PeerNotInstalled as error:
        report(f"not measured: {error}")
        return [Figure("peers that could be installed", 0, at_least=1, exact=True)]
    turns, units, warm_up = (one.pick(quick) for one in (ROUNDS, UNITS, WARM_UP_UNITS))
    async with open_contest(state, python, report) as contest:
        for kind in ENGINES:
            await _run_round(contest, kind, warm_up)
        rounds = await _rounds(contest, turns, units, report)
        granted, emails = await contest.granted(), contest.count_emails()
    (state / "peer.json").write_text(json.dumps([asdict(one) for one in rounds]))
    return [*peer_figures(rounds), *work_figures(warm_up + turns * units, granted, emails)]


async def _rounds(contest: Contest, turns: int, units: int, report: Report) -> list[Round]:
    rounds: list[Round] = []
    for turn in range(1, turns + 1):
        for kind in ENGINES:
            report(f"{turn} of {turns}: {units} of {kind}, {CONCURRENT} at once ...")
            rounds.append(await _run_round(contest, kind, units))
            report(f"  {rounds[-1].per_second:.1f}/s; CPU ms: {_cpu_text(rounds[-1])}")
    return rounds


async def _run_round(contest: Contest, kind: str, units: int) -> Round:
    """Run one round; its CPU includes the webhooks that are sent after the tickets' end."""
    prepared = await contest.tickets.prepare_all(units)
    watch = Stopwatch(contest.pids)
    await contest.run(kind, prepared)
    seconds = watch.seconds()
    await contest.settle(kind)
    return Round(kind, units / seconds, watch.cpu_ms(units))


def _cpu_text(one: Round) -> str:
    return ", ".join(f"{name} {used:.0f}" for name, used in one.cpu_ms.items() if used >= 1)
