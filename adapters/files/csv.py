"""CSV files, read record by record and written so that no spreadsheet takes a cell for a formula.

What stands inside a cell is never a record. A quotation that is open reaches over the ends of
lines, and over quotation marks that nobody doubled, until a mark that a separator or the end of a
line follows. A record with a fault is left out as a whole, with all lines that may stand inside one
of its cells. Ours are written with every cell on one line.

Cells that begin with = + - @, a tab or a line end (or the full-width forms of the signs) are
written with an apostrophe before them, which is taken away again where such a cell is read.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from adapters.files.csv_quotation import Quotation
from adapters.files.formulas import unescape_formula
from adapters.files.text_encoding import SNIFF_BYTES, declared_encoding, guessed_encoding

MAX_RECORD_LENGTH: Final = 1_000_000
"""Characters: more than the longest that we write."""
_NOT_UTF_8: Final = re.compile("[\ud800-\udfff]")
_SEPARATORS: Final = ",;\t"
_TWICE: Final = "expected every quotation mark inside a cell twice"
_NAMED: Final = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*\s*", re.IGNORECASE)
_NOTHING: Final = re.compile(r'[\s,;|"]*')


@dataclass(frozen=True)
class CsvRecord:
    """One record: the line it begins on, counted from 1, and its cells by column, or its fault."""

    number: int
    cells: dict[str, str]
    error: str = ""


class CsvReader:
    """Reads a file; `columns` are the names of its header, `""` for a column without one."""

    def __init__(self, raw: BinaryIO, text: TextIO, name: Callable[[str], str]) -> None:
        """Use `open_csv` instead. Reads the header, whose cells `name` makes names of columns;
        `ValueError` where there is none.
        """
        self._raw = raw
        self._text = text
        self._size = os.fstat(raw.fileno()).st_size or 1
        self._number = 0
        self._is_cut = False
        self._is_closed = False  # no mark that closes a cell is left in the file
        header = self._first_line()
        if found := _NAMED.fullmatch(header):
            self._delimiter, header = found[1], self._first_line()
        else:
            self._delimiter = max(_SEPARATORS, key=lambda one: len(_cells([header], one)))
        cells, fault = self._record(header)
        if fault or not any(cells):
            because = f": {fault}" if fault else ""
            raise ValueError(f"expected a first line with the names of the columns{because}")
        self.columns = [name(unescape_formula(cell)) for cell in cells]

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return min(100, self._raw.tell() * 100 // self._size)

    def __iter__(self) -> Iterator[CsvRecord]:
        """Yield every record but empty ones."""
        while (first := self._next_line()) is not None:
            number = self._number
            cells, fault = self._record(first)
            if fault := fault or self._misfit(cells):
                until = "" if number == self._number else f" (lines {number} to {self._number})"
                yield CsvRecord(number, {}, fault + until)
            elif any(cell.strip() for cell in cells):
                named = zip(self.columns, map(unescape_formula, cells), strict=False)
                yield CsvRecord(number, {column: cell for column, cell in named if column})

    def _record(self, first: str) -> tuple[list[str], str]:
        """Return the cells of the record that begins with this line, and what is wrong with it."""
        lines, length = [first], len(first)
        quotation = Quotation(self._delimiter)
        quotation.read(first)
        is_spoilt = quotation.is_open and quotation.is_broken
        after = (self._text.tell(), self._number) if is_spoilt and not self._is_closed else None
        while quotation.is_open and not (is_spoilt and self._is_closed):
            following = self._next_line()
            if following is None:
                return [], self._never_closed(after)
            quotation.read(following)
            length += len(following)
            if length <= MAX_RECORD_LENGTH:
                lines.append(following)
        if self._is_cut:
            return (
                [],
                f"expected lines shorter than {MAX_RECORD_LENGTH}: all that follows is left out",
            )
        if length > MAX_RECORD_LENGTH:
            return [], f"expected records shorter than {MAX_RECORD_LENGTH} characters"
        if quotation.is_broken:
            return [], _TWICE
        if any(map(_NOT_UTF_8.search, lines)):
            return [], "expected text in UTF-8"
        cells = _cells(lines, self._delimiter)
        return cells, "" if cells or not first.strip() else "expected CSV"

    def _never_closed(self, after: tuple[int, int] | None) -> str:
        """Say that a cell is open to the end of the file. Where its first line is broken and no
        mark follows that could close it, reading goes on after that line.
        """
        if after is None or self._is_cut:
            return "expected a quotation mark that closes: all that follows is left out"
        self._is_closed = True
        place, self._number = after
        self._text.seek(place)
        return _TWICE

    def _misfit(self, cells: list[str]) -> str:
        """Say what is wrong with the number of cells; empty ones at the end do not count."""
        while len(cells) > len(self.columns) and not cells[-1].strip():
            cells.pop()
        filled = any(cell.strip() for cell in cells)
        if filled and len(cells) != len(self.columns):
            return f"expected {len(self.columns)} cells, not {len(cells)}"
        if any(
            cell.strip() and not column for column, cell in zip(self.columns, cells, strict=False)
        ):
            return "expected no cell without the name of its column"
        return ""

    def _first_line(self) -> str:
        """Return the next line on which something stands."""
        while (line := self._next_line()) is not None:
            if not _NOTHING.fullmatch(line):
                return line
        return ""

    def _next_line(self) -> str | None:
        """Return the next line; `None` at the end, which is also after a line without end."""
        if self._is_cut:
            return None
        line = self._text.readline(MAX_RECORD_LENGTH + 1)
        self._is_cut = len(line) > MAX_RECORD_LENGTH
        self._number += bool(line)
        return line or None


def _cells(lines: list[str], delimiter: str) -> list[str]:
    """Return the cells of one record; none where it is no CSV, or not one record."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


@contextmanager
def open_csv(
    path: Path, language: str | None = None, name: Callable[[str], str] = str.strip
) -> Iterator[CsvReader]:
    """Open a file for reading: UTF-8, UTF-16, or where that is certain the code page of a market
    with this `language`; commas, semicolons, tabs, or as its line `sep=` says.

    `OSError` where it cannot be, `ValueError` for what is no CSV or has no header.
    """
    with open(path, "rb") as raw:
        encoding = declared_encoding(raw.read(SNIFF_BYTES))
        raw.seek(0)
        encoding = encoding or guessed_encoding(iter(lambda: raw.read(1 << 16), b""), language)
        raw.seek(0)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        with io.TextIOWrapper(raw, encoding, errors=errors, newline="") as text:
            yield CsvReader(raw, text, name)
