"""Records with errors are left out completely; all others are read."""

from pathlib import Path

import pytest

from adapters.files.csv import CsvRecord
from adapters.files.csv_lines import MAX_RECORD_LENGTH
from tests.unit.adapters.files.csv_texts import read_records

INVALID = {
    "too many cells": ("3,x,y", "expected 2 cells, not 3"),
    "too few cells": ("3", "expected 2 cells, not 1"),
    "too many cells of many lines": ('3,"x\n4,g\n5,g",y', "expected 2 cells, not 3"),
    "text after a quotation": ('3,"x"y', "expected every quotation mark inside a cell twice"),
    "text after a quotation of many lines": ('3,"x"y\n4,g\n"z"', "expected every quotation mark"),
    "quotation marks inside a cell": ('3,"say "yes" or no"', "expected every quotation mark"),
    "a quotation mark for inches": (
        '"3","24" screen"',
        "expected every quotation mark inside a cell twice",
    ),
    "text after a quotation and a space": ('"3" ,"x" z,"y"', "expected every quotation mark"),
    "a line that is too long": ("3," + "x" * 200_000, "expected CSV"),
    "a record that is too long": (
        '3,"' + ("x" * 1000 + "\n") * 1000 + '"',
        "expected records shorter",
    ),
}


@pytest.mark.parametrize("name", INVALID)
@pytest.mark.parametrize("after", [0, 1, 25])
def test_an_invalid_record_affects_no_other_and_adds_none(
    tmp_path: Path, name: str, after: int
) -> None:
    invalid, error = INVALID[name]
    good = [f"{n},g" for n in range(after)]
    records = read_records(tmp_path / "f.csv", "\n".join(["a,b", "1,x", invalid, *good]))
    assert records[0] == CsvRecord(2, {"a": "1", "b": "x"})
    assert (records[1].number, records[1].cells) == (3, {})
    assert records[1].error.startswith(error)
    first = 4 + invalid.count("\n")
    assert records[2:] == [CsvRecord(n + first, {"a": str(n), "b": "g"}) for n in range(after)]


@pytest.mark.parametrize(
    "open_cell",
    ['3,"open', '3, "open', '"3","x""', '3,"open\n."x" y', '3,"' + "x" * MAX_RECORD_LENGTH],
)
def test_lines_after_an_unclosed_cell_are_not_records(tmp_path: Path, open_cell: str) -> None:
    """The file is truncated, or its writer does not double quotation marks."""
    crafted = ["."] * 30 + ["4,g"] * 30
    records = read_records(tmp_path / "f.csv", "\n".join(["a,b", "1,x", open_cell, *crafted]))
    assert [record.number for record in records] == [2, 3]
    assert records[0].cells == {"a": "1", "b": "x"}
    assert "all that follows is left out" in records[1].error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_stray_quotation_mark_affects_only_its_record(tmp_path: Path, encoding: str) -> None:
    """If no later quotation mark could close a cell, none is open."""
    text = 'a,b\n1,"x"y\n2,g\n3,"x"ż\n4,g\n'
    records = read_records(tmp_path / "f.csv", text.encode(encoding))
    assert [(record.number, bool(record.error)) for record in records] == [
        (2, True), (3, False), (4, True), (5, False)
    ]  # fmt: skip


def test_lines_in_a_cell_with_undoubled_quotation_marks_are_not_records(tmp_path: Path) -> None:
    """A program may quote a cell without doubling the marks inside it."""
    note = 'he said "no" to us\n4,g\n"yes" he said'
    records = read_records(tmp_path / "f.csv", f'a,b\n3,"{note}"\n5,x\n')
    assert [(record.number, record.cells) for record in records] == [
        (2, {}),
        (5, {"a": "5", "b": "x"}),
    ]


def test_a_quotation_mark_inside_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    records = read_records(tmp_path / "f.csv", 'a,b\n1,24" screen\n2,x\n')
    assert records == [
        CsvRecord(2, {"a": "1", "b": '24" screen'}),
        CsvRecord(3, {"a": "2", "b": "x"}),
    ]


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    records = read_records(tmp_path / "f.csv", b"a,b\n1,K\xf6ln\n2,K\xc3\xb6ln\n")
    assert records == [
        CsvRecord(2, {}, "expected text in UTF-8"),
        CsvRecord(3, {"a": "2", "b": "Köln"}),
    ]
