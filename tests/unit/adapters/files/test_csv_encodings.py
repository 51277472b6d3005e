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
        ("pl", "cp1250", "Jürgen Müller, Köln, Straße"),
        ("pl", "cp1252", "Köln"),
        ("pl", "cp1250", "„Łóżko” – 12,50 €"),
        ("de", "cp1252", "„Sofa“ für René – 12,50\u00a0€"),
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
    ("language", "raw", "neither"),
    [
        ("pl", "ąść".encode("iso-8859-2"), "Windows-1250"),
        ("pl", "ąść".encode("cp852"), "Windows-1250"),
        ("pl", "ä".encode("cp1250"), "Windows-1250"),
        ("de", "ö ü".encode("cp850"), "Windows-1252"),
        ("de", "ö".encode("cp850"), "Windows-1252"),
        ("de", "Łódź".encode("cp1250"), "Windows-1252"),
        (None, "Köln".encode("cp1252"), ""),
    ],
)
def test_a_code_page_that_is_not_certain_is_refused_once_for_the_whole_file(
    tmp_path: Path, language: str | None, raw: bytes, neither: str
) -> None:
    """Among these: `ö` as DOS writes it is a quotation mark of Windows."""
    file = tmp_path / "f.csv"
    file.write_bytes(b"a;b\n1;x\n" + (b"2;" + raw + b"\n") * 3)
    with (
        pytest.raises(ValueError, match="UTF-16: line 3 is in neither") as caught,
        open_csv(file, language),
    ):
        pass
    assert str(caught.value).endswith("save the file as CSV UTF-8")
    assert neither in str(caught.value)


@pytest.mark.parametrize("language", ["pl", "de", "en", None])
def test_a_single_line_that_is_not_utf_8_affects_no_other(
    tmp_path: Path, language: str | None
) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(b"a;b\n1;K\xf6ln\n2;K\xc3\xb6ln\n")
    with open_csv(file, language) as reader:
        assert list(reader) == [
            CsvRecord(2, {}, "expected text in UTF-8"),
            CsvRecord(3, {"a": "2", "b": "Köln"}),
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


@given(st.binary(max_size=200), st.sampled_from(["pl", "de", "en", None]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, language: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"a,b\n" + content)
    numbers, refusal = [], "expected UTF-8 or UTF-16: line "
    try:
        with open_csv(path, language) as reader:
            numbers = [record.number for record in reader]
    except ValueError as error:
        refusal = str(error)
    assert numbers == sorted(set(numbers))
    assert refusal.startswith("expected UTF-8 or UTF-16: line ")
