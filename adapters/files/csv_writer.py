"""Writes complete CSV files, every cell quoted and on one line."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from adapters.files.formulas import escape_formula
from domain.values.text_cleaning import to_single_line


@contextmanager
def atomic_writer(path: Path) -> Iterator[TextIO]:
    """Yield a file to write, which gets its name when it is complete. Only its owner may read it:
    it contains members' data.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    try:
        with open(draft, "wb", opener=_private) as raw, csv_text(raw) as text:
            yield text
            text.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)


def csv_text(raw: BinaryIO) -> io.TextIOWrapper:
    """Write text as spreadsheets expect it: UTF-8 with a byte order mark."""
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def write_row(out: TextIO, cells: list[str], delimiter: str = ",") -> None:
    """Write one record, every cell quoted and on one line."""
    safe = [escape_formula(to_single_line(cell.replace("\x00", "\ufffd"))) for cell in cells]
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(
        safe
    )
