"""Encodings of CSV files: declared, guessed where that is certain, or refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.csv import CsvRecord, open_csv
from tests.unit.adapters.files.csv_texts import read


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


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    lines = read(tmp_path_factory.getbasetemp() / "any.csv", b"a,b\n" + content)
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
