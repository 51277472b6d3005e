"""The SQLite file in which a simulator stores its state across restarts."""

import sqlite3
from pathlib import Path


class SqliteStore:
    """Opens the file; calls are a few rows each, run in the event loop and stay in order."""

    def __init__(self, file: Path | str, schema: Path) -> None:
        """Open or create the file with this schema; `:memory:` ends with the process."""
        self._rows = sqlite3.connect(file, isolation_level=None)
        self._rows.row_factory = sqlite3.Row
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.executescript(schema.read_text(encoding="utf-8"))

    def close(self) -> None:
        """Close the file."""
        self._rows.close()
