"""Encodings of CSV files: declared, detected if that is certain, or refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.csv import CsvRecord, open_csv
from tests.unit.adapters.files.csv_texts import read_records


@pytest.mark.parametrize(
    ("language", "page", "text"),
    [
        ("pl", "cp1250", "zażółć gęślą jaźń"),
        ("de", "cp1252", "Köln, größer"),
        ("en", "cp1252", "£5"),
    ],
)
def test_the_code_page_of_the_market_is_used_if_it_is_certain(
    tmp_path: Path, language: str, page: str, text: str
) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(f"a;b\n1;{text}\n".encode(page))
    with open_csv(file, language) as reader:
        assert [record.cells["b"] for record in reader] == [text]


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
    ("beginning", "error"),
    [(b"PK\x03\x04rest", "Excel workbook"), (b"%PDF-1.7", "a PDF"), (b"\xd0\xcf\x11\xe0", "Excel")],
)
def test_a_file_that_is_no_text_is_refused_with_its_format(
    tmp_path: Path, beginning: bytes, error: str
) -> None:
    with pytest.raises(ValueError, match=error):
        read_records(tmp_path / "f.csv", beginning)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_raising(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    records = read_records(tmp_path_factory.getbasetemp() / "any.csv", b"a,b\n" + content)
    numbers = [record.number for record in records]
    assert numbers == sorted(set(numbers))
