"""CSV files: nothing in them is a formula, and a bad record spoils nothing but itself."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.csv import CsvRecord, open_csv
from adapters.files.csv_lines import MAX_RECORD_LENGTH
from adapters.files.csv_writer import atomic_writer, csv_text, write_row
from domain.values.text_cleaning import to_single_line

SIGNS = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def read(path: Path, content: bytes | str) -> list[CsvRecord]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_csv(path) as reader:
        return list(reader)


def written(*rows: list[str]) -> bytes:
    raw = io.BytesIO()
    out = csv_text(raw)
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
    first, second = (to_single_line(cell) for cell in cells)
    wanted = [CsvRecord(2, {"a": first, "b": second})] if (first + second).strip() else []
    assert lines == wanted


@given(st.text(alphabet="'=+-@\t x", max_size=6).map(lambda text: text + "x"))
def test_apostrophes_of_ones_own_are_kept(
    tmp_path_factory: pytest.TempPathFactory, cell: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "apostrophes.csv"
    assert read(file, written(["a"], [cell])) == [CsvRecord(2, {"a": cell})]


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
        CsvRecord(2, {"number": "ZW-1", "note": f"zażółć{delimiter} gęślą"}),
        CsvRecord(5, {"number": "ZW-2", "note": "ja"}),
    ]


def test_a_record_of_several_lines_is_known_by_its_first(tmp_path: Path) -> None:
    lines = read(tmp_path / "f.csv", 'a,b\n1,"x\ny\n\nz"\n2,w\n')
    assert lines == [CsvRecord(2, {"a": "1", "b": "x\ny\n\nz"}), CsvRecord(6, {"a": "2", "b": "w"})]


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


def test_cells_that_a_spreadsheet_added_at_the_end_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path / "f.csv", "a,b\n1,x,,,\n") == [CsvRecord(2, {"a": "1", "b": "x"})]


HEADERS = {
    "sep=": "sep=;\r\nnumber;outcome\r\nZW-1;yes\r\n",
    "sep= in quotes": '"sep=|"\nnumber|outcome\nZW-1|yes\n',
    "empty lines first": "\n;;\n  \nnumber;outcome\nZW-1;yes\n",
    "empty columns": "number;outcome;;;\nZW-1;yes;;;\n",
    "tabs": "number\toutcome\nZW-1\tyes\n",
    "spaces": ' number ; "outcome"\n ZW-1 ; "yes"\n',
    "rows of spaces": "number,outcome\n , \n \nZW-1,yes\n , \n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", HEADERS)
def test_what_programs_make_of_a_file_is_read(tmp_path: Path, name: str, encoding: str) -> None:
    lines = read(tmp_path / "f.csv", HEADERS[name].encode(encoding))
    found = [{column: cell.strip() for column, cell in line.cells.items()} for line in lines]
    assert found == [{"number": "ZW-1", "outcome": "yes"}]


def test_a_cell_under_no_name_is_not_lost_in_silence(tmp_path: Path) -> None:
    (line,) = read(tmp_path / "f.csv", "number;outcome;\nZW-1;rejected;but why\n")
    assert line.error == "expected no cell without the name of its column"


@pytest.mark.parametrize(
    ("language", "page", "words"),
    [
        ("pl", "cp1250", "zażółć gęślą jaźń"),
        ("de", "cp1252", "Köln, größer"),
        ("en", "cp1252", "£5"),
    ],
)
def test_the_code_page_of_the_market_is_read_where_it_is_certain(
    tmp_path: Path, language: str, page: str, words: str
) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(f"a;b\n1;{words}\n".encode(page))
    with open_csv(file, language) as reader:
        assert [line.cells["b"] for line in reader] == [words]


@pytest.mark.parametrize(
    ("language", "raw"),
    [
        ("pl", "ąść".encode("iso-8859-2")),
        ("de", "ö ü".encode("cp850")),
        ("de", b"K\xf6ln K\xc3\xb6ln"),
        ("pl", "Köln".encode("cp1252")),
        (None, "Köln".encode("cp1252")),
    ],
)
def test_a_code_page_that_is_not_certain_is_not_guessed(
    tmp_path: Path, language: str | None, raw: bytes
) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(b"a;b\n1;" + raw + b"\n2;x\n")
    with open_csv(file, language) as reader:
        assert list(reader) == [
            CsvRecord(2, {}, "expected text in UTF-8"),
            CsvRecord(3, {"a": "2", "b": "x"}),
        ]


@pytest.mark.parametrize(
    ("beginning", "what"),
    [(b"PK\x03\x04rest", "Excel workbook"), (b"%PDF-1.7", "a PDF"), (b"\xd0\xcf\x11\xe0", "Excel")],
)
def test_what_is_no_text_is_named(tmp_path: Path, beginning: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read(tmp_path / "f.csv", beginning)


@pytest.mark.parametrize("content", [b"", b"\n", b",,\n;;\n", b'"a,b\n1,2\n'])
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
    with pytest.raises(AttributeError), atomic_writer(file) as out:
        write_row(out, ["half", None])  # type: ignore[list-item]
    assert file.read_text() == "before"
    with atomic_writer(file) as out:
        write_row(out, ["whole"])
    assert file.read_bytes() == b'\xef\xbb\xbf"whole"\r\n'
    assert list(tmp_path.iterdir()) == [file]
