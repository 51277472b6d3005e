"""Records of a CSV file: a quoted cell may continue over several lines."""

import csv
import re
from dataclasses import dataclass
from typing import Final

from adapters.files.csv_lines import MAX_RECORD_LENGTH, Bookmark, Lines
from adapters.files.csv_quotation import Quotation

_NOT_UTF_8: Final = re.compile("[\ud800-\udfff]")
_TWICE: Final = "expected every quotation mark inside a cell twice"
_TOO_LONG_LINE: Final = (
    f"expected lines shorter than {MAX_RECORD_LENGTH}: all that follows is left out"
)


@dataclass(frozen=True)
class Record:
    """The cells of one record, or the error for which it is left out."""

    cells: list[str]
    error: str = ""


class RecordReader:
    """Reads one record at a time from `lines`."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        """Read cells that `delimiter` separates."""
        self._lines = lines
        self._delimiter = delimiter
        self._has_closing_mark = True
        """Whether the rest of the file may still close an open quotation."""

    def read(self, first: str) -> Record:
        """Return the record that starts with the line `first`."""
        quotation = Quotation(self._delimiter)
        quotation.read(first)
        is_broken_at_once = quotation.is_open and quotation.is_broken
        if is_broken_at_once and not self._has_closing_mark:
            return self._parse([first], len(first), is_broken=True)
        bookmark = self._lines.bookmark() if is_broken_at_once else None
        rest = self._read_quotation(quotation, len(first))
        if rest is None:
            return self._unclosed(bookmark)
        return self._parse([first, *rest.lines], rest.length, quotation.is_broken)

    def _read_quotation(self, quotation: Quotation, length: int) -> "_Rest | None":
        """Read lines until the quotation closes; `None` if it never does."""
        lines: list[str] = []
        while quotation.is_open:
            line = self._lines.next()
            if line is None:
                return None
            quotation.read(line)
            length += len(line)
            if length <= MAX_RECORD_LENGTH:
                lines.append(line)
        return _Rest(lines, length)

    def _parse(self, lines: list[str], length: int, is_broken: bool) -> Record:
        if self._lines.is_cut:
            return Record([], _TOO_LONG_LINE)
        if length > MAX_RECORD_LENGTH:
            return Record([], f"expected records shorter than {MAX_RECORD_LENGTH} characters")
        if is_broken:
            return Record([], _TWICE)
        if any(map(_NOT_UTF_8.search, lines)):
            return Record([], "expected text in UTF-8")
        cells = split_cells(lines, self._delimiter)
        return Record(cells, "" if cells or not lines[0].strip() else "expected CSV")

    def _unclosed(self, bookmark: Bookmark | None) -> Record:
        """Report a quotation that is open to the end of the file.

        If its first line is broken, reading resumes after that line: nothing that follows can close
        a quotation.
        """
        if bookmark is None or self._lines.is_cut:
            return Record([], "expected a quotation mark that closes: all that follows is left out")
        self._has_closing_mark = False
        self._lines.resume(bookmark)
        return Record([], _TWICE)


@dataclass(frozen=True)
class _Rest:
    """The lines of a record after the first, and the length of the whole record."""

    lines: list[str]
    length: int


def split_cells(lines: list[str], delimiter: str) -> list[str]:
    """Return the cells of one record; none if the lines are not one record of CSV."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []
