"""What is printed about the lines of a file: a message, and to which lines it applies."""

from collections.abc import Callable


class LineMessages:
    """Prints one text for consecutive lines with the same message, so that what is wrong with a
    whole file is said once.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        """`report` is called with each text, such as `line 7: …` or `lines 2 to 201: …`."""
        self._report = report
        self._message = ""
        self._first = self._last = 0

    def add(self, number: int, message: str) -> None:
        """Add the next line; without a message, nothing is printed about it."""
        if message != self._message:
            self.flush()
            self._message, self._first = message, number
        self._last = number

    def flush(self) -> None:
        """Print what is not printed yet."""
        if self._message:
            lines = f"lines {self._first} to {self._last}"
            where = f"line {self._first}" if self._first == self._last else lines
            self._report(f"{where}: {self._message}")
        self._message = ""
