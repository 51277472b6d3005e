"""The page, the JSON and the image of a benchmark's figures."""

import json
from pathlib import Path

from bench.figures import Figure, of_rounds
from bench.report import write_report

FIGURES = {
    "cost": [
        Figure("Actions of a ticket", 13.0, at_most=14),
        Figure("memory", 160.5, "KiB", None, 150),
        of_rounds("throughput", [11.0, 9.5, 10.0], "a second", chart="tickets a second"),
    ]
}


def page_of(folder: Path, figures: dict[str, list[Figure]]) -> list[str]:
    """Write the report into a folder; return the lines of its page."""
    page = folder / "performance.md"
    write_report(figures, page)
    return page.read_text(encoding="utf-8").splitlines()


def test_the_page_has_every_figure_with_its_bound_and_says_what_is_missed(tmp_path: Path) -> None:
    lines = page_of(tmp_path, FIGURES)
    assert "| Actions of a ticket | 13 |  | at most 14 |" in lines
    assert "| memory | 160.500 KiB |  | at most 150 (missed) |" in lines


def test_a_figure_of_rounds_is_their_median_with_its_spread(tmp_path: Path) -> None:
    assert "| throughput | 10 a second | 9.500–11 |  |" in page_of(tmp_path, FIGURES)


def test_one_round_has_no_spread() -> None:
    assert of_rounds("throughput", [10.0]).spread is None


def test_the_json_has_the_same_figures_and_the_machine(tmp_path: Path) -> None:
    page_of(tmp_path, FIGURES)
    content = json.loads((tmp_path / "performance.json").read_text(encoding="utf-8"))
    assert [one["value"] for one in content["figures"]["cost"]] == [13.0, 160.5, 10.0]
    assert content["machine"]["processors"]


def test_the_page_shows_the_image_of_its_charts(tmp_path: Path) -> None:
    lines = page_of(tmp_path, FIGURES)
    assert "![Bar charts of the figures below](performance.svg)" in lines
    assert "cost: tickets a second" in (tmp_path / "performance.svg").read_text(encoding="utf-8")


def test_without_charts_there_is_no_image(tmp_path: Path) -> None:
    assert not any(line.startswith("![") for line in page_of(tmp_path, {"cost": []}))
    assert not (tmp_path / "performance.svg").exists()
