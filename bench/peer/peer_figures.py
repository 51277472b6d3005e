"""The figures of real tickets beside the peer's."""

from collections.abc import Mapping, Sequence
from typing import Final

from bench.cost.round_figures import OUTSIDE, cpu_figure, rate_figure
from bench.cost.rounds import Round
from bench.figures import Figure, of_rounds, ratio_of_turns

MIN_RATE_RATIO: Final = 1.0
EMAILS: Final = 3
ENGINES: Final = {"ticket": ("worker", "temporal", "postgres"), "peer": ("peer", "postgres")}
"""The processes whose CPU a ticket of each kind costs."""


def peer_figures(rounds: Sequence[Round]) -> list[Figure]:
    """Return the medians of both kinds, and the ratios of a ticket to the peer's."""
    by_kind = {kind: [one for one in rounds if one.kind == kind] for kind in ENGINES}
    return [
        *(figure for kind, own in by_kind.items() for figure in _kind_figures(kind, own)),
        ratio_of_turns(
            "throughput, ticket to peer",
            *([one.per_second for one in by_kind[kind]] for kind in ENGINES),
            at_least=MIN_RATE_RATIO,
        ),
        ratio_of_turns(
            "CPU, ticket to peer",
            *([one.cpu_of(ENGINES[kind]) for one in by_kind[kind]] for kind in ENGINES),
        ),
    ]


def work_figures(tickets: int, granted: Mapping[str, int], emails: int) -> list[Figure]:
    """Return whether all has been done, by so many tickets of each kind."""
    return [
        *(
            Figure(f"{kind}: not granted", tickets - granted[kind], at_most=0, exact=True)
            for kind in ENGINES
        ),
        Figure(
            "e-mails of a ticket",
            emails / tickets / len(ENGINES),
            at_least=EMAILS,
            at_most=EMAILS,
            exact=True,
        ),
    ]


def _kind_figures(kind: str, rounds: Sequence[Round]) -> list[Figure]:
    engine = ENGINES[kind]
    return [
        rate_figure(kind, rounds),
        cpu_figure(kind, f"CPU of {', '.join(engine)}", rounds, engine),
        *(
            of_rounds(f"{kind}: CPU of {name}", [one.cpu_ms[name] for one in rounds], "ms")
            for name in (*engine, *OUTSIDE)
        ),
    ]
