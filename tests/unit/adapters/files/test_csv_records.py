"""Records with errors: left out as a whole, without harm to others."""

from pathlib import Path

import pytest

from adapters.files.csv import CsvRecord
from adapters.files.csv_lines import MAX_RECORD_LENGTH
from tests.unit.adapters.files.csv_texts import read

SPOILT = {
    "too many cells": ("3,x,y", "expected 2 cells, not 3"),
    "too few cells": ("3", "expected 2 cells, not 1"),
    "too many cells of many lines": ('3,"x\n4,g\n5,g",y', "expected 2 cells, not 3"),
    "text after a quotation": ('3,"x"y', "expected every quotation mark inside a cell twice"),
    "text after a quotation of many lines": ('3,"x"y\n4,g\n"z"', "expected every quotation mark"),
    "a quotation of ones own": ('3,"say "yes" or no"', "expected every quotation mark"),
    "a mark for inches": ('"3","24" screen"', "expected every quotation mark inside a cell twice"),
    "text after a quotation and a space": ('"3" ,"x" z,"y"', "expected every quotation mark"),
    "a line as long as a book": ("3," + "x" * 200_000, "expected CSV"),
    "a record as long as a book": (
        '3,"' + ("x" * 1000 + "\n") * 1000 + '"',
        "expected records shorter",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("after", [0, 1, 25])
def test_a_bad_record_spoils_no_other_and_none_comes_of_it(
    tmp_path: Path, name: str, after: int
) -> None:
    spoilt, fault = SPOILT[name]
    good = [f"{n},g" for n in range(after)]
    lines = read(tmp_path / "f.csv", "\n".join(["a,b", "1,x", spoilt, *good]))
    assert lines[0] == CsvRecord(2, {"a": "1", "b": "x"})
    assert (lines[1].number, lines[1].cells) == (3, {})
    assert lines[1].error.startswith(fault)
    first = 4 + spoilt.count("\n")
    assert lines[2:] == [CsvRecord(n + first, {"a": str(n), "b": "g"}) for n in range(after)]


@pytest.mark.parametrize(
    "open_cell",
    ['3,"open', '3, "open', '"3","x""', '3,"open\n."x" y', '3,"' + "x" * MAX_RECORD_LENGTH],
)
def test_what_may_stand_inside_a_cell_that_nobody_closed_is_no_record(
    tmp_path: Path, open_cell: str
) -> None:
    """However many lines follow: the file is cut, or its writer does not double his marks."""
    crafted = ["."] * 30 + ["4,g"] * 30
    lines = read(tmp_path / "f.csv", "\n".join(["a,b", "1,x", open_cell, *crafted]))
    assert [line.number for line in lines] == [2, 3]
    assert lines[0].cells == {"a": "1", "b": "x"}
    assert "all that follows is left out" in lines[1].error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_each_record_with_a_stray_mark_spoils_itself(tmp_path: Path, encoding: str) -> None:
    """Where no mark in the rest of the file could close a cell, none is open."""
    text = 'a,b\n1,"x"y\n2,g\n3,"x"ż\n4,g\n'
    lines = read(tmp_path / "f.csv", text.encode(encoding))
    assert [(line.number, bool(line.error)) for line in lines] == [
        (2, True), (3, False), (4, True), (5, False)
    ]  # fmt: skip


def test_marks_that_nobody_doubled_hide_the_lines_of_their_cell(tmp_path: Path) -> None:
    """A shop's own program puts marks around a note, and doubles none inside it."""
    note = 'he said "no" to us\n4,g\n"yes" he said'
    lines = read(tmp_path / "f.csv", f'a,b\n3,"{note}"\n5,x\n')
    assert [(line.number, line.cells) for line in lines] == [(2, {}), (5, {"a": "5", "b": "x"})]


def test_a_mark_in_the_middle_of_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", 'a,b\n1,24" screen\n2,x\n')
    assert lines == [
        CsvRecord(2, {"a": "1", "b": '24" screen'}),
        CsvRecord(3, {"a": "2", "b": "x"}),
    ]


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", b"a,b\n1,K\xf6ln\n2,K\xc3\xb6ln\n")
    assert lines == [
        CsvRecord(2, {}, "expected text in UTF-8"),
        CsvRecord(3, {"a": "2", "b": "Köln"}),
    ]
