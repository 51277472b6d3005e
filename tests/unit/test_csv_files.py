"""CSV files: nothing in them is a formula, and a bad record spoils nothing but itself."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.csv_files import (
    LONGEST_LINE,
    MOST_LINES,
    Line,
    encoded,
    opened,
    write_row,
    written_whole,
)

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def read(path: Path, content: bytes | str) -> list[Line]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with opened(path) as reader:
        return list(reader)


def written(*rows: list[str]) -> bytes:
    raw = io.BytesIO()
    out = encoded(raw)
    for row in rows:
        write_row(out, row)
    out.flush()
    out.detach()
    return raw.getvalue()


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", "'", "''"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(sign: str, before: str) -> None:
    cell = f"{before}{sign}HYPERLINK(A1)"
    (row,) = csv.reader(io.StringIO(written([cell]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{cell}"]


@given(st.lists(TEXT, min_size=2, max_size=2))
def test_what_is_written_is_read_again_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.csv"
    lines = read(file, written(["a", "b"], cells))
    wanted = [Line(2, {"a": cells[0], "b": cells[1]})] if any(cells) else []
    assert lines == wanted


@given(st.text(alphabet="'=+-@\t x", max_size=6).map(lambda text: text + "x"))
def test_apostrophes_of_ones_own_are_kept(
    tmp_path_factory: pytest.TempPathFactory, cell: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "apostrophes.csv"
    assert read(file, written(["a"], [cell])) == [Line(2, {"a": cell})]


def test_what_no_file_can_hold_is_written_as_a_question() -> None:
    assert written(["a\x00b\ud800"]).decode("utf-8-sig") == '"a\ufffdb?"\r\n'


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_way_to_write_csv_is_read(
    tmp_path: Path, mark: str, delimiter: str, end: str
) -> None:
    rows = ["number;note", 'ZW-1;"zażółć; gęślą"', "", ";", "ZW-2;ja"]
    text = mark + end.join(rows).replace(";", delimiter)
    assert read(tmp_path / "f.csv", text) == [
        Line(2, {"number": "ZW-1", "note": f"zażółć{delimiter} gęślą"}),
        Line(5, {"number": "ZW-2", "note": "ja"}),
    ]


def test_a_record_of_several_lines_is_known_by_its_first(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", 'a,b\n1,"x\ny\n\nz"\n2,w\n')
    assert lines == [Line(2, {"a": "1", "b": "x\ny\n\nz"}), Line(6, {"a": "2", "b": "w"})]


SPOILT = {
    "open quotation": ('3,"open', "expected a quotation mark that closes"),
    "too many cells": ("3,x,y", "expected 2 cells, not 3"),
    "too few cells": ("3", "expected 2 cells, not 1"),
    "text after a quotation": ('3,"x"y', "expected CSV: "),
    "a line as long as a book": ("3," + "x" * 5 * LONGEST_LINE, "expected lines shorter than"),
}


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("after", [0, 1, MOST_LINES + 5])
def test_a_bad_record_spoils_no_other(tmp_path: Path, name: str, after: int) -> None:
    spoilt, fault = SPOILT[name]
    good = [f"{n},g" for n in range(after)]
    lines = read(tmp_path / "f.csv", "\n".join(["a,b", "1,x", spoilt, *good]))
    assert lines[0] == Line(2, {"a": "1", "b": "x"})
    assert (lines[1].number, lines[1].cells) == (3, {})
    assert lines[1].fault.startswith(fault)
    assert lines[2:] == [Line(n + 4, {"a": str(n), "b": "g"}) for n in range(after)]


def test_an_open_quotation_that_another_closes_spoils_only_its_own_line(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", 'a,b\n1,"open\n2,x\n3,"closed"\n4,y\n')
    assert [(line.number, bool(line.fault)) for line in lines] == [
        (2, True), (3, False), (4, False), (5, False)
    ]  # fmt: skip


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", b"a,b\n1,K\xf6ln\n2,K\xc3\xb6ln\n")
    assert lines == [Line(2, {}, "expected text in UTF-8"), Line(3, {"a": "2", "b": "Köln"})]


def test_cells_that_a_spreadsheet_added_at_the_end_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path / "f.csv", "a,b\n1,x,,,\n") == [Line(2, {"a": "1", "b": "x"})]


@pytest.mark.parametrize("content", [b"", b"\n", b",,\n1,2,3\n"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match="names of the columns"):
        read(tmp_path / "f.csv", content)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    lines = read(tmp_path_factory.getbasetemp() / "any.csv", b"a,b\n" + content)
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))


def test_a_file_stands_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text("before")
    with pytest.raises(AttributeError), written_whole(file) as out:
        write_row(out, ["half", None])  # type: ignore[list-item]
    assert file.read_text() == "before"
    with written_whole(file) as out:
        write_row(out, ["whole"])
    assert file.read_bytes() == b'\xef\xbb\xbf"whole"\r\n'
    assert list(tmp_path.iterdir()) == [file]
