"""What the local platform remembers across a restart, in one SQLite file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.sqlite_store import SqliteStore

SCHEMA = Path(__file__).with_name("schema.sql")


class PlatformStore(SqliteStore):
    """Webhooks received, by id, and how often accounts were seeded."""

    def __init__(self, file: Path | str) -> None:
        """Open or create the file; `:memory:` ends with the process."""
        super().__init__(file, SCHEMA)

    def take(self, webhook_id: str, body: str) -> None:
        """Store a webhook; a repeated one is counted, and its first body stays."""
        self._rows.execute(
            "INSERT INTO webhooks (webhook_id, body, taken_at) VALUES (?, ?, ?)"
            " ON CONFLICT (webhook_id) DO UPDATE SET times = times + 1",
            (webhook_id, body, datetime.now(UTC).isoformat()),
        )

    def webhooks(self, max_rows: int = -1) -> list[dict[str, Any]]:
        """The last ones first: `{webhook_id, event, times, taken_at}`."""
        rows = self._rows.execute("SELECT * FROM webhooks ORDER BY rowid DESC LIMIT ?", (max_rows,))
        return [
            {
                "webhook_id": row["webhook_id"],
                "event": json.loads(row["body"]),
                "times": row["times"],
                "taken_at": row["taken_at"],
            }
            for row in rows
        ]

    def seed_count(self) -> int:
        """How often accounts were seeded."""
        (count,) = self._rows.execute("SELECT count(*) FROM seeds").fetchone()
        return int(count)

    def mark_seeded(self) -> None:
        """Record that accounts were seeded."""
        moment = datetime.now(UTC).isoformat()
        self._rows.execute("INSERT INTO seeds (seeded_at) VALUES (?)", (moment,))
