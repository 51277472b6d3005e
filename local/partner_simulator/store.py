"""What the simulated partners remember across a restart, in one SQLite file.

Every call is a few rows of a local file and runs in the event loop, so that none overtakes another.
"""

import json
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.partner_simulator.scripts import (
    DEFAULT_SCRIPT,
    DeliveryStep,
    Script,
    ScriptedOutcome,
    mode_step,
)
from local.sqlite_store import SqliteStore

SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True)
class ReceivedDelivery:
    """One signed request of ours: which claim, under which Idempotency-Key."""

    partner_id: str
    number: str
    key: str
    body: str


@dataclass(frozen=True)
class PendingOutcome:
    """An answer that is still to be sent; `due_at` in seconds since the epoch."""

    id: int
    partner_id: str
    number: str
    outcome_id: str
    due_at: float
    answer: ScriptedOutcome


class PartnerStore(SqliteStore):
    """Claims, keys, scripts, modes and answers."""

    def __init__(self, file: Path | str) -> None:
        """Open or create the file; `:memory:` ends with the process."""
        super().__init__(file, SCHEMA)

    def set_script(self, number: str, script: Script) -> None:
        """Remember the script of a claim."""
        self._rows.execute("REPLACE INTO scripts VALUES (?, ?)", (number, script.model_dump_json()))

    def set_mode(self, partner_id: str, mode: str) -> None:
        """Remember a partner's mode."""
        self._rows.execute("REPLACE INTO modes VALUES (?, ?)", (partner_id, mode))

    def mode(self, partner_id: str) -> DeliveryStep | None:
        """The step that overrides every script of the partner, or `None`."""
        row = self._one("SELECT mode FROM modes WHERE partner_id = ?", partner_id)
        return mode_step(row["mode"]) if row else None

    def script(self, number: str) -> Script:
        """The claim's script, or the one for claims without."""
        row = self._one("SELECT script FROM scripts WHERE number = ?", number)
        return Script.model_validate_json(row["script"]) if row else DEFAULT_SCRIPT

    def receive(self, one: ReceivedDelivery) -> None:
        """Count the request and record its key."""
        self._rows.execute(
            "INSERT INTO claims (partner_id, number, body, times) VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET times = times + 1, body = excluded.body",
            (one.partner_id, one.number, one.body),
        )
        self._rows.execute(
            "INSERT INTO keys (partner_id, key, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (one.partner_id, one.key, one.number),
        )

    def was_accepted(self, one: ReceivedDelivery) -> bool:
        """Whether a request with this key was accepted before; if so, it is counted."""
        taken = self._one(
            "SELECT 1 FROM keys WHERE partner_id = ? AND key = ? AND accepted",
            one.partner_id,
            one.key,
        )
        if taken:
            self._update_claim(one, "repeated = repeated + 1")
        return taken is not None

    def next_step(self, one: ReceivedDelivery) -> DeliveryStep:
        """The next step of the claim's script."""
        row = self._update_claim(one, "played = played + 1")
        return self.script(one.number).step(row["played"] - 1)

    def accept(self, one: ReceivedDelivery) -> list[PendingOutcome]:
        """Accept the claim; the first time, its script's answers become due and are returned."""
        self._rows.execute(
            "UPDATE keys SET accepted = 1 WHERE partner_id = ? AND key = ?",
            (one.partner_id, one.key),
        )
        claim = self._update_claim(one, "times = times")
        if claim["accepted_at"] is not None:
            return []
        self._update_claim(one, "accepted_at = strftime('%Y-%m-%dT%H:%M:%fZ')")
        self._plan(one)
        return self.pending_outcomes(one)

    def pending_outcomes(self, one: ReceivedDelivery | None = None) -> list[PendingOutcome]:
        """The answers still to be sent, of one claim or of all, in their order."""
        rows = self._rows.execute("SELECT * FROM answers WHERE result IS NULL ORDER BY due_at, id")
        return [
            PendingOutcome(
                **{key: row[key] for key in ("id", "partner_id", "number", "outcome_id", "due_at")},
                answer=ScriptedOutcome.model_validate_json(row["answer"]),
            )
            for row in rows
            if one is None or (row["partner_id"], row["number"]) == (one.partner_id, one.number)
        ]

    def mark_sent(self, answer: PendingOutcome, result: str) -> None:
        """Record the result of an answer."""
        now = datetime.now(UTC).isoformat()
        self._rows.execute(
            "UPDATE answers SET result = ?, sent_at = ? WHERE id = ?", (result, now, answer.id)
        )

    def claims(self) -> list[dict[str, Any]]:
        """Every claim received, with its keys and its answers."""
        rows = self._rows.execute("SELECT * FROM claims ORDER BY rowid")
        return [self._claim(dict(row)) for row in rows]

    def _claim(self, row: dict[str, Any]) -> dict[str, Any]:
        of_claim = (row["partner_id"], row["number"])
        where = "WHERE partner_id = ? AND number = ?"
        keys = self._rows.execute(f"SELECT key FROM keys {where} ORDER BY rowid", of_claim)  # noqa: S608
        answers = self._rows.execute(
            f"SELECT outcome_id, result, sent_at FROM answers {where} ORDER BY due_at, id",  # noqa: S608
            of_claim,
        )
        body = json.loads(row.pop("body"))
        del row["played"]
        return row | {
            "keys": [key["key"] for key in keys],
            "claim": body["claim"],
            "answers": [dict(answer) for answer in answers],
        }

    def _plan(self, one: ReceivedDelivery) -> None:
        now = time.time()
        for index, answer in enumerate(self.script(one.number).answers):
            outcome_id = str((answer.outcome or {}).get("outcome_id") or f"{one.number}-{index}")
            row = (one.partner_id, one.number, outcome_id, now + answer.after)
            self._rows.executemany(
                "INSERT INTO answers (partner_id, number, outcome_id, due_at, answer)"
                " VALUES (?, ?, ?, ?, ?)",
                [(*row, answer.model_dump_json())] * answer.times,
            )

    def _update_claim(self, one: ReceivedDelivery, change: str) -> sqlite3.Row:
        row = self._one(
            f"UPDATE claims SET {change} WHERE partner_id = ? AND number = ? RETURNING *",  # noqa: S608
            one.partner_id,
            one.number,
        )
        if row is None:
            raise KeyError(one.number)
        return row

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        found: list[sqlite3.Row] = self._rows.execute(query, values).fetchall()
        return found[0] if found else None
