"""How far an import is: its counts, and a line that shows them."""

import time
from dataclasses import dataclass, field
from typing import Final, TextIO

from adapters.files.csv import CsvReader

PROGRESS_INTERVAL_SECONDS: Final = 1.0


@dataclass
class ImportSummary:
    """How many lines had which result so far."""

    applied: int = 0
    unchanged: int = 0
    rejected: int = 0
    unanswered: int = 0

    def __str__(self) -> str:
        """Return the counts as a sentence."""
        left = f", {self.unanswered} without an outcome" if self.unanswered else ""
        counts = f"{self.applied} applied, {self.unchanged} unchanged, {self.rejected} rejected"
        return counts + left


@dataclass
class Progress:
    """Shows how far an import is, at most once a second."""

    reader: CsvReader
    to: TextIO
    shown_at: float = field(default_factory=time.monotonic)

    def show(self, summary: ImportSummary, last: bool = False) -> None:
        """Write one line; on a terminal over the one before."""
        if not last and time.monotonic() - self.shown_at < PROGRESS_INTERVAL_SECONDS:
            return
        self.shown_at = time.monotonic()
        line = f"{100 if last else self.reader.percent} %: {summary}"
        end = "\n" if last or not self.to.isatty() else "\r"
        print(line, end=end, file=self.to, flush=True)
