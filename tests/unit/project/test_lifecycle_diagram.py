"""The page that shows the map of a ticket's life is the map."""

from pathlib import Path

from domain.tickets.states import FINAL
from domain.tickets.transition_table import TRANSITIONS
from scripts.lifecycle_diagram import diagram

WRITE = "write it again: .venv/bin/python -m scripts.lifecycle_diagram > docs/lifecycle.md"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"


def test_the_drawn_map_is_the_one_that_tickets_follow() -> None:
    assert PAGE.read_text(encoding="utf-8") == diagram(), WRITE


def test_every_transition_is_drawn_once_in_the_diagram_and_in_the_table() -> None:
    lines = diagram().splitlines()
    for event, source, target in TRANSITIONS:
        drawn = [line for line in lines if line.startswith(f"    {source} --> {target}: ")]
        assert len(drawn) == 1
        assert drawn[0].partition(": ")[2].split(", ").count(event) == 1
        rows = [line.split(" | ") for line in lines if line.startswith(f"| `{event}` |")]
        fitting = [row for row in rows if f"`{source}`" in row[1] and row[2] == f"`{target}`"]
        assert len(fitting) == 1


def test_tickets_end_in_final_states_and_nowhere_else() -> None:
    ends = [line.split()[0] for line in diagram().splitlines() if line.endswith(" --> [*]")]
    assert sorted(ends) == sorted(FINAL)
