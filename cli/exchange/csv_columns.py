"""The columns of the files that are exchanged with partners.

In an export, the columns of the outcome come before any text of a member: text that a program
spreads over several cells moves to the right, never into them (docs/decisions/0010).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.values.text_cleaning import clean_line

CLAIM_COLUMNS: Final = (
    "number", "purpose", "kind", "ordered_on", "link_id", "clicked_at", "member_note",
)  # fmt: skip
"""Of a claim, before the answers to the form, each in a column `answers.<field>`."""
OUTCOME_COLUMNS: Final = (
    "number", "outcome", "reason_code", "note", "question",
    "contract_started_on", "activated_on", "cancellation_ends_on", "occurred_at",
    "amount", "currency",
)  # fmt: skip
ANSWERS_PREFIX: Final = "answers."
_REQUIRED: Final = ("number", "outcome")
_GAP: Final = re.compile("[ _-]+")
_MAX_NAME_LENGTH: Final = 60
"""Characters of a column's name in an error text."""


def separator(market: Market) -> str:
    """Return the separator of cells: a semicolon where the comma is the decimal sign."""
    return "," if market.language == "en" else ";"


def column_of(cell: str) -> str:
    """Return the column that a cell of the header names, in any case and with any gaps."""
    name = clean_line(cell).casefold()
    return name if name.startswith(ANSWERS_PREFIX) else _GAP.sub("_", name)


def check_header(columns: Sequence[str]) -> list[str]:
    """Return the unknown columns of a file of outcomes, which are ignored.

    The file may also contain the columns of an export, and columns without a name. Raises
    `RequestRejected("malformed")` for a column that is missing or occurs twice.
    """
    present = ", ".join(name[:_MAX_NAME_LENGTH] for name in columns[:20] if name)
    for name in _REQUIRED:
        if name not in columns:
            expected = f"expected a column {name} in the first line, not only: {present}"
            raise RequestRejected(RefusalCode.MALFORMED, "header", expected)
    for name in OUTCOME_COLUMNS:
        if columns.count(name) > 1:
            raise RequestRejected(
                RefusalCode.MALFORMED, "header", f"expected one column {name}, not two"
            )
    known = {"", *OUTCOME_COLUMNS, *CLAIM_COLUMNS}
    return [one for one in columns if one not in known and not one.startswith(ANSWERS_PREFIX)]


def is_unanswered(cells: Mapping[str, str]) -> bool:
    """Return whether a line of an export came back without an outcome."""
    return not any(clean_line(cells.get(name, "")) for name in OUTCOME_COLUMNS if name != "number")
