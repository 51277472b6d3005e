"""Text in a cell is never a record: an export that comes back, from whatever program, tells each
ticket what its own row says and nothing else.
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
SAID: Final = {NUMBERS[0]: "rejected", NUMBERS[1]: "", NUMBERS[2]: "confirmed"}
"""What the partner fills in, by ticket: the second is left open."""
OWN: Final = NUMBERS[1]
CRAFTED: Final = (
    f"{OWN},,,,,,,,,,confirmed", f"{OWN};confirmed;;;;;;;;90;EUR", f"\n{OWN};confirmed\n",
    f'"\r\n"{OWN}";"confirmed"', f"\u2028{OWN}\tconfirmed", "." + "\n." * 30, '"', '""', "'",
    ";", ",", "\t", "|", "\n", "\r", "\x00", "\x0b", "\x85", "\ufeff", "sep=,", "sep=;\n", "number",
    "outcome", "confirmed", "=1+1", "x" * 200, '";"', '","', '"\n"', "90,00", "Jan", "a", " ",
)  # fmt: skip
TEXT: Final = st.lists(st.sampled_from(CRAFTED) | st.text(max_size=5), max_size=6).map("".join)
ROWS: Final = st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=3, max_size=3)
Table = list[list[str]]


def exported(texts: Sequence[Sequence[str]], sign: str) -> bytes:
    """Write an export in which members wrote `texts`: a note, and an answer to each field."""
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


def filled_in(raw: bytes, sign: str) -> Table:
    """Open an export as a spreadsheet does, and fill in the outcomes."""
    table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=sign))
    outcome = table[0].index("outcome")
    for row in table[1:]:
        row[outcome] = SAID[row[0]]
    return table


def saved(table: Table, sign: str, quoting: Any, end: str) -> str:
    """Save a table with other separators, quotation marks and line ends."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, quoting=quoting, lineterminator=end).writerows(table)
    return out.getvalue()


def imported(path: Path, raw: bytes, faults: list[str] | None = None) -> dict[str, list[str]]:
    """Import a file; return what each ticket received, and note its `faults`."""
    path.write_bytes(raw)
    found: dict[str, list[str]] = {}
    with open_csv(path, MARKET.language, column_of) as reader:
        check_header(reader.columns)
        for line in reader:
            if line.error or is_unanswered(line.cells):
                (faults if faults is not None else []).extend(filter(None, [line.error]))
                continue
            try:
                outcome = read_outcome(line.cells, "moebelhof", MARKET)
            except RequestRejected:
                continue
            found.setdefault(outcome.number or "", []).append(outcome.outcome)
    return found


WHOLE: Final = {number: [said] for number, said in SAID.items() if said}


@given(ROWS)
def test_an_export_that_comes_back_as_it_was_tells_nobody_anything(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "as-it-was.csv"
    faults: list[str] = []
    for sign in (";", ","):
        assert (imported(path, exported(texts, sign), faults), faults) == ({}, [])


@settings(max_examples=300)
@given(
    texts=ROWS,
    was=st.sampled_from(";,"),
    sign=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_no_text_in_a_cell_tells_a_ticket_what_its_row_does_not_say(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[tuple[str, ...]],
    was: str,
    sign: str,
    quoting: Any,
    end: str,
    encoding: str,
) -> None:
    """Saved again by a spreadsheet: every outcome arrives, none of the members' making."""
    path = tmp_path_factory.getbasetemp() / "saved.csv"
    text = saved(filled_in(exported(texts, was), was), sign, quoting, end)
    mark = f"sep={sign}{end}" if sign == "|" else ""
    assert imported(path, (mark + text).encode(encoding)) == WHOLE


def unquoted(table: Table, sign: str) -> str:
    return "\n".join(sign.join(row) for row in table)


def marked_without_doubling(table: Table, sign: str) -> str:
    return "\n".join(sign.join(f'"{cell}"' for cell in row) for row in table)


def doubled_without_marks(table: Table, sign: str) -> str:
    return "\n".join(sign.join(cell.replace('"', '""') for cell in row) for row in table)


CARELESS: Final[Mapping[str, Callable[[Table, str], str]]] = {
    "unquoted": unquoted,
    "marked, but not doubled": marked_without_doubling,
    "doubled, but not marked": doubled_without_marks,
}


@settings(max_examples=200)
@given(texts=ROWS, sign=st.sampled_from(";,\t"))
@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_program_may_lose_an_outcome_and_never_makes_one(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, ...]], sign: str, name: str
) -> None:
    """One that writes cells as they are: what a member wrote stands to the right of the outcome."""
    path = tmp_path_factory.getbasetemp() / "careless.csv"
    text = CARELESS[name](filled_in(exported(texts, ";"), ";"), sign)
    for number, outcomes in imported(path, text.encode()).items():
        assert outcomes == WHOLE.get(number)


def test_the_record_that_a_member_wrote_into_a_name_is_a_name(tmp_path: Path) -> None:
    """Twenty-one lines and then a record, in an old export that kept line ends in its cells."""
    name = "Jan" + "\n." * 21 + f"\n{OWN},,,confirmed\nx"
    header = ["number", "purpose", "customer_name", "outcome"]
    table = [header, [NUMBERS[0], "claim", name, "rejected"], [OWN, "claim", "Eva", ""]]
    for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
        raw = saved(table, ",", quoting, "\r\n").encode()
        assert imported(tmp_path / "f.csv", raw) == {NUMBERS[0]: ["rejected"]}


@pytest.mark.parametrize(
    "spoil", ["{}", '{},"x"', '{}\n"', '"{}', '{},"', '{},x"y"z', '"x"{}', 'x"{}']
)
def test_nothing_becomes_a_record_because_the_one_around_it_is_broken(
    tmp_path: Path, spoil: str
) -> None:
    """Too few cells, too many, an open quotation: the lines inside the cell stay inside."""
    inside = '"' + "Jan" + "\n." * 30 + f'\n{OWN},,confirmed\n"'
    broken = spoil.format(f"{NUMBERS[0]},{inside}")
    text = f"number,customer_name,outcome\n{broken}\n"
    assert imported(tmp_path / "f.csv", text.encode()) == {}


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
    assert imported(tmp_path / "f.csv", raw.getvalue()) == {NUMBERS[0]: ["confirmed"]}


def test_the_columns_of_the_outcome_are_all_there_to_be_filled_in() -> None:
    table = filled_in(exported([("", "", "", "")] * 3, ";"), ";")
    assert set(OUTCOME_COLUMNS) <= set(table[0])
