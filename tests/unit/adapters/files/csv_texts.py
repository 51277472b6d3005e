"""CSV files as bytes and as records."""

import io
from pathlib import Path

from hypothesis import strategies as st

from adapters.files.csv import CsvRecord, open_csv
from adapters.files.csv_writer import csv_text, write_row

SIGNS = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def read_records(path: Path, content: bytes | str) -> list[CsvRecord]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_csv(path) as reader:
        return list(reader)


def csv_bytes(*rows: list[str]) -> bytes:
    raw = io.BytesIO()
    out = csv_text(raw)
    for row in rows:
        write_row(out, row)
    out.flush()
    out.detach()
    return raw.getvalue()
