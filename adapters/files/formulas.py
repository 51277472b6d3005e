"""Cells that a spreadsheet would take for a formula, escaped by an apostrophe."""

import re
from typing import Final

_FORMULA_SIGN: Final = "'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
# Also after each character that some program takes for the end of a cell.
_CELL_START: Final = "(?:^|(?<=[,;\t\r\n]))"
_FORMULA: Final = re.compile(f"{_CELL_START}(?={_FORMULA_SIGN})")
_ESCAPED: Final = re.compile(f"{_CELL_START}'(?={_FORMULA_SIGN})")


def escape_formula(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return _FORMULA.sub("'", cell)


def unescape_formula(cell: str) -> str:
    """Return a cell without the apostrophe of `escape_formula`."""
    return _ESCAPED.sub("", cell)
