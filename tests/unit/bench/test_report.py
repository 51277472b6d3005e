"""The page and the JSON of a benchmark's figures."""

import json
from pathlib import Path

from bench.figures import Figure
from bench.report import write_report

FIGURES = {
    "cost": [
        Figure("Actions of a ticket", 13.0, at_most=14),
        Figure("memory", 160.5, "KiB", None, 150),
    ]
}


def test_the_page_has_every_figure_with_its_bound_and_says_what_is_missed(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    write_report(FIGURES, page)
    lines = page.read_text(encoding="utf-8").splitlines()
    assert "| Actions of a ticket | 13 | at most 14 |" in lines
    assert "| memory | 160.500 KiB | at most 150 (missed) |" in lines


def test_the_json_has_the_same_figures_and_the_machine(tmp_path: Path) -> None:
    write_report(FIGURES, tmp_path / "performance.md")
    content = json.loads((tmp_path / "performance.json").read_text(encoding="utf-8"))
    assert [one["value"] for one in content["figures"]["cost"]] == [13.0, 160.5]
    assert content["machine"]["processors"]
