"""Quoted cells over several lines: whether one is open, and whether a mark is misplaced."""

import re


class Quotation:
    """Whether a cell is open at the end of a line, and whether a quotation mark is misplaced."""

    def __init__(self, delimiter: str) -> None:
        self._opening = re.compile(' *"')
        self._after = re.compile(f" *(?:{re.escape(delimiter)}|[\r\n]|$)")
        self._delimiter = delimiter
        self.is_open = False
        self.is_broken = False

    def read(self, line: str) -> None:
        """Read one more line."""
        at: int | None = 0
        while at is not None:
            at = self._inside(line, at) if self.is_open else self._outside(line, at)

    def _outside(self, line: str, at: int) -> int | None:
        if found := self._opening.match(line, at):
            self.is_open = True
            return found.end()
        end = line.find(self._delimiter, at)
        return None if end < 0 else end + 1

    def _inside(self, line: str, at: int) -> int | None:
        mark = line.find('"', at)
        if mark < 0:
            return None
        if line.startswith('""', mark):
            return mark + 2
        if found := self._after.match(line, mark + 1):
            self.is_open = False
            ends = found[0].strip(" ") != self._delimiter
            return None if ends else found.end()
        self.is_broken = True
        return mark + 1
