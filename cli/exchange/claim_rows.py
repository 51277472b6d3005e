"""Claims as lines of an export."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.exchange.csv_columns import ANSWERS_PREFIX, CLAIM_COLUMNS, OUTCOME_COLUMNS
from domain.values.text_cleaning import clean_line


def claim_header(answers: Sequence[str]) -> list[str]:
    """Return the columns of an export: those of the outcome, to be filled in, those of the claim,
    and one for each of these answers.
    """
    return [*OUTCOME_COLUMNS, *CLAIM_COLUMNS[1:], *(ANSWERS_PREFIX + name for name in answers)]


def claim_row(purpose: str, claim: Mapping[str, Any], answers: Sequence[str]) -> list[str]:
    """Return the cells of a claim (`docs/contract.md`), each on one line."""
    given = claim["answers"] or {}
    link = claim["link"]
    cells = [purpose, claim["kind"], claim["ordered_on"]]
    cells += [link["id"], link["clicked_at"], claim.get("note"), *map(given.get, answers)]
    to_fill_in = [""] * (len(OUTCOME_COLUMNS) - 1)
    texts = ["" if cell is None else clean_line(str(cell)) for cell in cells]
    return [claim["number"], *to_fill_in, *texts]
