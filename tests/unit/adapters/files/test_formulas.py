"""Cells that look like formulas are escaped, and read back unchanged."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.files.csv import CsvRecord
from domain.values.text_cleaning import to_single_line
from tests.unit.adapters.files.csv_texts import SIGNS, TEXT, csv_bytes, read_records


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", "'", "''"])
def test_a_cell_that_starts_like_a_formula_is_escaped(sign: str, before: str) -> None:
    cell = f"{before}{sign}HYPERLINK(A1)"
    (row,) = csv.reader(io.StringIO(csv_bytes([cell]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{cell}"]


@example(["", "\t"])
@given(st.lists(TEXT, min_size=2, max_size=2))
def test_written_cells_are_read_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.csv"
    records = read_records(file, csv_bytes(["a", "b"], cells))
    first, second = (to_single_line(cell) for cell in cells)
    expected = [CsvRecord(2, {"a": first, "b": second})] if (first + second).strip() else []
    assert records == expected


@given(st.text(alphabet="'=+-@\t x", max_size=6).map(lambda text: text + "x"))
def test_leading_apostrophes_are_read_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, cell: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "apostrophes.csv"
    assert read_records(file, csv_bytes(["a"], [cell])) == [CsvRecord(2, {"a": cell})]


def test_characters_that_no_file_can_hold_are_replaced() -> None:
    assert csv_bytes(["a\x00b\ud800"]).decode("utf-8-sig") == '"a\ufffdb?"\r\n'
