"""CSV files: separators, headers and complete writes."""

from pathlib import Path

import pytest

from adapters.files.csv import CsvRecord
from adapters.files.csv_writer import atomic_writer, write_row
from tests.unit.adapters.files.csv_texts import read_records


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_form_of_csv_is_read(
    tmp_path: Path, bom: str, delimiter: str, end: str
) -> None:
    rows = ["number;note", 'ZW-1;"zażółć; gęślą"', "", ";", "ZW-2;ja"]
    text = bom + end.join(rows).replace(";", delimiter)
    assert read_records(tmp_path / "f.csv", text) == [
        CsvRecord(2, {"number": "ZW-1", "note": f"zażółć{delimiter} gęślą"}),
        CsvRecord(5, {"number": "ZW-2", "note": "ja"}),
    ]


def test_a_record_of_several_lines_has_the_number_of_its_first(tmp_path: Path) -> None:
    records = read_records(tmp_path / "f.csv", 'a,b\n1,"x\ny\n\nz"\n2,w\n')
    assert records == [
        CsvRecord(2, {"a": "1", "b": "x\ny\n\nz"}),
        CsvRecord(6, {"a": "2", "b": "w"}),
    ]


def test_empty_cells_added_at_the_end_by_a_spreadsheet_are_left_out(tmp_path: Path) -> None:
    assert read_records(tmp_path / "f.csv", "a,b\n1,x,,,\n") == [CsvRecord(2, {"a": "1", "b": "x"})]


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
def test_files_saved_by_other_programs_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    records = read_records(tmp_path / "f.csv", HEADERS[name].encode(encoding))
    found = [{column: cell.strip() for column, cell in record.cells.items()} for record in records]
    assert found == [{"number": "ZW-1", "outcome": "yes"}]


def test_a_cell_without_a_column_name_is_an_error(tmp_path: Path) -> None:
    (record,) = read_records(tmp_path / "f.csv", "number;outcome;\nZW-1;rejected;but why\n")
    assert record.error == "expected no cell without the name of its column"


@pytest.mark.parametrize("content", [b"", b"\n", b",,\n;;\n", b'"a,b\n1,2\n'])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match="names of the columns"):
        read_records(tmp_path / "f.csv", content)


def test_a_file_gets_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text("before")
    with pytest.raises(AttributeError), atomic_writer(file) as out:
        write_row(out, ["half", None])  # type: ignore[list-item]
    assert file.read_text() == "before"
    with atomic_writer(file) as out:
        write_row(out, ["whole"])
    assert file.read_bytes() == b'\xef\xbb\xbf"whole"\r\n'
    assert list(tmp_path.iterdir()) == [file]
