"""Cells that look like formulas: written safely, and read as they were."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.files.csv import CsvRecord
from domain.values.text_cleaning import to_single_line
from tests.unit.adapters.files.csv_texts import SIGNS, TEXT, read, written


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", "'", "''"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(sign: str, before: str) -> None:
    cell = f"{before}{sign}HYPERLINK(A1)"
    (row,) = csv.reader(io.StringIO(written([cell]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{cell}"]


@example(["", "\t"])
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
