"""A quick run: what it runs, how much, and what can fail it."""

import pytest

from bench.__main__ import BENCHMARKS, QUICK, chosen
from bench.counts import WorkCount
from bench.figures import Figure


def test_without_names_a_quick_run_takes_its_subset_and_a_full_run_takes_all() -> None:
    assert chosen([], quick=True) == [*QUICK]
    assert chosen([], quick=False) == [*BENCHMARKS]
    assert BENCHMARKS.keys() >= {*QUICK}


def test_names_count_in_both() -> None:
    assert chosen(["rate"], quick=True) == chosen(["rate"], quick=False) == ["rate"]


def test_a_quick_run_does_less() -> None:
    count = WorkCount(200, quick=40)
    assert (count.pick(quick=True), count.pick(quick=False)) == (40, 200)


@pytest.mark.parametrize(
    ("exact", "quick", "fails"),
    [(False, False, True), (False, True, False), (True, False, True), (True, True, True)],
)
def test_only_an_exact_figure_fails_a_quick_run(exact: bool, quick: bool, fails: bool) -> None:
    assert Figure("failures", 1, at_most=0, exact=exact).fails(quick) is fails
    assert not Figure("failures", 0, at_most=0, exact=exact).fails(quick)
