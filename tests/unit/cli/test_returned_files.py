"""A returned export, saved by any program, gives each ticket only the outcome of its row: text in a
cell never becomes a record.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files.csv import open_csv
from adapters.files.csv_writer import csv_text, write_row
from cli.exchange.claim_rows import claim_header, claim_row
from cli.exchange.csv_columns import OUTCOME_COLUMNS, check_header, column_of, is_unanswered
from cli.exchange.outcome_rows import read_outcome
from domain.claims.claim import MAX_FORM_ANSWERS
from domain.claims.form_answers import MAX_ANSWER_LENGTH
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.values.ticket_number import derive_number

MARKET: Final = Market(time_zone="Europe/Berlin", currency="EUR", language="de")
ANSWERS: Final = ("invoice_number", "customer_name", "comment")
NUMBERS: Final = [derive_number("acc", str(n)) for n in range(3)]
OUTCOMES: Final = {NUMBERS[0]: "rejected", NUMBERS[1]: "", NUMBERS[2]: "confirmed"}
"""The outcomes that the partner fills in, by ticket; the second is left open."""
UNANSWERED: Final = NUMBERS[1]
CRAFTED: Final = (
    f"{UNANSWERED},,,,,,,,,,confirmed", f"{UNANSWERED};confirmed;;;;;;;;90;EUR",
    f"\n{UNANSWERED};confirmed\n", f'"\r\n"{UNANSWERED}";"confirmed"',
    f"\u2028{UNANSWERED}\tconfirmed", "." + "\n." * 30, '"', '""', "'",
    ";", ",", "\t", "|", "\n", "\r", "\x00", "\x0b", "\x85", "\ufeff", "sep=,", "sep=;\n", "number",
    "outcome", "confirmed", "=1+1", "x" * 200, '";"', '","', '"\n"', "90,00", "Jan", "a", " ",
)  # fmt: skip
TEXT: Final = st.lists(st.sampled_from(CRAFTED) | st.text(max_size=5), max_size=6).map("".join)
ROWS: Final = st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=3, max_size=3)
Table = list[list[str]]


def export_file(texts: Sequence[Sequence[str]], sign: str) -> bytes:
    """An export with texts of members: a note, and an answer to each field."""
    raw = io.BytesIO()
    out = csv_text(raw)
    write_row(out, claim_header(ANSWERS), sign)
    for number, (note, *answers) in zip(NUMBERS, texts, strict=True):
        claim: dict[str, Any] = {
            "number": number,
            "kind": "missing_cashback",
            "ordered_on": "2026-10-01",
            "note": note,
            "answers": dict(zip(ANSWERS, answers, strict=True)),
            "link": {"id": "lnk-77", "clicked_at": None},
        }
        write_row(out, claim_row("claim", claim, ANSWERS), sign)
    out.flush()
    out.detach()
    return raw.getvalue()


def fill_in(raw: bytes, sign: str) -> Table:
    """Open an export as a spreadsheet does, and fill in the outcomes."""
    table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=sign))
    outcome = table[0].index("outcome")
    for row in table[1:]:
        row[outcome] = OUTCOMES[row[0]]
    return table


def save(table: Table, sign: str, quoting: Any, end: str) -> str:
    """Save a table with other separators, quotation marks and line ends."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, quoting=quoting, lineterminator=end).writerows(table)
    return out.getvalue()


def import_file(path: Path, raw: bytes, errors: list[str] | None = None) -> dict[str, list[str]]:
    """Import a file; return the outcomes of each ticket, and add its errors to `errors`."""
    path.write_bytes(raw)
    outcomes: dict[str, list[str]] = {}
    with open_csv(path, MARKET.language, column_of) as reader:
        check_header(reader.columns)
        for line in reader:
            if line.error or is_unanswered(line.cells):
                (errors if errors is not None else []).extend(filter(None, [line.error]))
                continue
            try:
                outcome = read_outcome(line.cells, "moebelhof", MARKET)
            except RequestRejected:
                continue
            outcomes.setdefault(outcome.number or "", []).append(outcome.outcome)
    return outcomes


EXPECTED: Final = {number: [outcome] for number, outcome in OUTCOMES.items() if outcome}


@given(ROWS)
def test_an_export_that_is_returned_unchanged_contains_no_outcomes(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "unchanged.csv"
    errors: list[str] = []
    for sign in (";", ","):
        assert (import_file(path, export_file(texts, sign), errors), errors) == ({}, [])


@settings(max_examples=300)
@given(
    texts=ROWS,
    original_sign=st.sampled_from(";,"),
    sign=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_text_in_a_cell_never_becomes_an_outcome(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[tuple[str, ...]],
    original_sign: str,
    sign: str,
    quoting: Any,
    end: str,
    encoding: str,
) -> None:
    """After a spreadsheet has saved the file, all outcomes are imported and no others."""
    path = tmp_path_factory.getbasetemp() / "saved.csv"
    text = save(fill_in(export_file(texts, original_sign), original_sign), sign, quoting, end)
    mark = f"sep={sign}{end}" if sign == "|" else ""
    assert import_file(path, (mark + text).encode(encoding)) == EXPECTED


def unquoted(table: Table, sign: str) -> str:
    return "\n".join(sign.join(row) for row in table)


def quoted_without_doubling(table: Table, sign: str) -> str:
    return "\n".join(sign.join(f'"{cell}"' for cell in row) for row in table)


def doubled_without_quoting(table: Table, sign: str) -> str:
    return "\n".join(sign.join(cell.replace('"', '""') for cell in row) for row in table)


CARELESS: Final[Mapping[str, Callable[[Table, str], str]]] = {
    "unquoted": unquoted,
    "quoted, but not doubled": quoted_without_doubling,
    "doubled, but not quoted": doubled_without_quoting,
}


@settings(max_examples=200)
@given(texts=ROWS, sign=st.sampled_from(";,\t"))
@pytest.mark.parametrize("name", CARELESS)
def test_a_program_that_does_not_quote_cells_may_lose_outcomes_and_never_adds_one(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, ...]], sign: str, name: str
) -> None:
    """The texts of members are to the right of the outcome."""
    path = tmp_path_factory.getbasetemp() / "careless.csv"
    text = CARELESS[name](fill_in(export_file(texts, ";"), ";"), sign)
    for number, outcomes in import_file(path, text.encode()).items():
        assert outcomes == EXPECTED.get(number)


def test_a_record_inside_a_name_stays_part_of_the_name(tmp_path: Path) -> None:
    """Twenty-one lines and then a record, in a file with line ends in its cells."""
    name = "Jan" + "\n." * 21 + f"\n{UNANSWERED},,,confirmed\nx"
    header = ["number", "purpose", "customer_name", "outcome"]
    table = [header, [NUMBERS[0], "claim", name, "rejected"], [UNANSWERED, "claim", "Eva", ""]]
    for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
        raw = save(table, ",", quoting, "\r\n").encode()
        assert import_file(tmp_path / "f.csv", raw) == {NUMBERS[0]: ["rejected"]}


@pytest.mark.parametrize(
    "template", ["{}", '{},"x"', '{}\n"', '"{}', '{},"', '{},x"y"z', '"x"{}', 'x"{}']
)
def test_lines_inside_an_invalid_record_do_not_become_records(
    tmp_path: Path, template: str
) -> None:
    """Invalid by too few or too many cells, or an unclosed quotation."""
    inside = '"' + "Jan" + "\n." * 30 + f'\n{UNANSWERED},,confirmed\n"'
    broken = template.format(f"{NUMBERS[0]},{inside}")
    text = f"number,customer_name,outcome\n{broken}\n"
    assert import_file(tmp_path / "f.csv", text.encode()) == {}


def test_the_longest_row_that_an_export_writes_is_read(tmp_path: Path) -> None:
    """Fifty answers of four thousand characters, each of which is doubled."""
    names = [f"field_{n}" for n in range(MAX_FORM_ANSWERS)]
    claim: dict[str, Any] = {
        "number": NUMBERS[0],
        "kind": "missing_cashback",
        "ordered_on": "2026-10-01",
        "note": '"' * MAX_ANSWER_LENGTH,
        "answers": dict.fromkeys(names, '"' * MAX_ANSWER_LENGTH),
        "link": {"id": "lnk-77", "clicked_at": None},
    }
    row = claim_row("claim", claim, names)
    row[1] = "confirmed"
    raw = io.BytesIO()
    out = csv_text(raw)
    write_row(out, claim_header(names), ";")
    write_row(out, row, ";")
    out.flush()
    assert import_file(tmp_path / "f.csv", raw.getvalue()) == {NUMBERS[0]: ["confirmed"]}


def test_an_export_has_all_columns_of_the_outcome() -> None:
    table = fill_in(export_file([("", "", "", "")] * 3, ";"), ";")
    assert set(OUTCOME_COLUMNS) <= set(table[0])
