"""CSV files, read record by record.

The content of a cell is never read as a record. An open quotation continues over line ends, and
over quotation marks that are not doubled, until a mark that a separator or the line end follows. A
record with an error is left out as a whole, with all lines that may belong to one of its cells.

The apostrophe that protects a cell from being a formula (`formulas.py`) is removed.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from adapters.files.csv_lines import MAX_RECORD_LENGTH, Lines
from adapters.files.csv_records import RecordReader, split_cells
from adapters.files.formulas import unescape_formula
from adapters.files.text_encoding import SNIFF_BYTES, declared_encoding, guessed_encoding

_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*\s*", re.IGNORECASE)
_MAX_LINE: Final = 4 * (MAX_RECORD_LENGTH + 1)
"""Bytes of a line that are examined for its encoding."""
_EMPTY_LINE: Final = re.compile(r'[\s,;|"]*')


@dataclass(frozen=True)
class CsvRecord:
    """The line on which a record starts, counted from 1, and its cells by column, or its error."""

    number: int
    cells: dict[str, str]
    error: str = ""


class CsvReader:
    """Reads a file; `columns` are the names in its header, `""` for a column without a name."""

    def __init__(self, raw: BinaryIO, text: TextIO, name: Callable[[str], str]) -> None:
        """Use `open_csv` instead. Read the header, whose cells `name` maps to column names; raise
        `ValueError` if there is none.
        """
        self._lines = Lines(raw, text)
        header = self._first_line()
        if found := _SEPARATOR_LINE.fullmatch(header):
            delimiter, header = found[1], self._first_line()
        else:
            delimiter = max(_SEPARATORS, key=lambda one: len(split_cells([header], one)))
        self._records = RecordReader(self._lines, delimiter)
        record = self._records.read(header)
        if record.error or not any(record.cells):
            because = f": {record.error}" if record.error else ""
            raise ValueError(f"expected a first line with the names of the columns{because}")
        self.columns = [name(unescape_formula(cell)) for cell in record.cells]

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return self._lines.percent

    def __iter__(self) -> Iterator[CsvRecord]:
        """Yield every record except empty ones."""
        while (first := self._lines.next()) is not None:
            number = self._lines.number
            record = self._records.read(first)
            cells = list(map(unescape_formula, record.cells))
            if error := record.error or self._cell_error(cells):
                last = self._lines.number
                until = "" if number == last else f" (lines {number} to {last})"
                yield CsvRecord(number, {}, error + until)
            elif any(cell.strip() for cell in cells):
                named = zip(self.columns, cells, strict=False)
                yield CsvRecord(number, {column: cell for column, cell in named if column})

    def _cell_error(self, cells: list[str]) -> str:
        """Return the error of a record that does not fit the header, without the empty cells at its
        end.
        """
        while len(cells) > len(self.columns) and not cells[-1].strip():
            cells.pop()
        filled = any(cell.strip() for cell in cells)
        if filled and len(cells) != len(self.columns):
            return f"expected {len(self.columns)} cells, not {len(cells)}"
        pairs = zip(self.columns, cells, strict=False)
        if any(cell.strip() and not column for column, cell in pairs):
            return "expected no cell without the name of its column"
        return ""

    def _first_line(self) -> str:
        """Return the next line that is not empty."""
        while (line := self._lines.next()) is not None:
            if not _EMPTY_LINE.fullmatch(line):
                return line
        return ""


@contextmanager
def open_csv(
    path: Path, language: str | None = None, name: Callable[[str], str] = str.strip
) -> Iterator[CsvReader]:
    """Open a CSV file for reading: UTF-8, UTF-16, or, if that is certain, the code page of a market
    with this `language`; separated by commas, semicolons, tabs, or as its line `sep=` says.

    Raises `OSError` if it cannot be opened, `ValueError` if it is not CSV or has no header.
    """
    with open(path, "rb") as raw:
        encoding = declared_encoding(raw.read(SNIFF_BYTES))
        raw.seek(0)
        if encoding is None:
            encoding = guessed_encoding(iter(lambda: raw.readline(_MAX_LINE), b""), language)
            raw.seek(0)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        with io.TextIOWrapper(raw, encoding, errors=errors, newline="") as text:
            yield CsvReader(raw, text, name)
