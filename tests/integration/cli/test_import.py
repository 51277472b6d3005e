"""Outcomes from a partner's file: valid rows are applied, invalid ones reported."""

import random
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.files.csv import open_csv
from adapters.postgres.database import Database
from adapters.postgres.partners.outcomes import MAX_OUTCOMES_PER_DAY
from cli.exchange.importer import Importer
from cli.exchange.progress import ImportSummary, Progress
from domain.codes import MessageCode
from domain.errors import TransientError
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.ticket_number import derive_number
from tests.support.stored_rows import open_rows
from workflows.outcome_dispatcher import DISPATCHED, OutcomeDispatcher

ROWS = 10_000
PARTNER, OTHER = "velotel", "buchkiste"
INSERT = """
insert into tickets (number, workflow_run_id, claim_digest, state, version, admission, partner_id,
    created_at)
select number, 'run', 'digest', $3, 1, '{}', $2, now() from unnest($1::text[]) number
"""
INVALID_ROWS = {
    "malformed: outcome": "{number},perhaps,,,",
    "malformed: reason_code": "{number},rejected,because,,",
    "malformed: amount": "{number},confirmed,,a lot,PLN",
    "malformed: expected 5 cells": "{number},confirmed",
    "unknown_number": "ZW-4KQ7-P9XT-M2AB-C,confirmed,,,",
    "unknown_number: number: expected that of": "ZW-0,confirmed,,,",
    "malformed: expected every quotation": '{number},confirmed,,"12"x,PLN',
}


class RecordingDispatcher(OutcomeDispatcher):
    """Records outcomes instead of signalling them; tickets in `closed` are closed."""

    def __init__(self, *closed: str) -> None:
        self.dispatched: list[PartnerOutcome] = []
        self.closed = closed
        self.fails_after: int | None = None

    async def signal_outcome(self, outcome: PartnerOutcome) -> str:
        if len(self.dispatched) == self.fails_after:
            raise TransientError
        self.dispatched.append(outcome)
        return MessageCode.TICKET_CLOSED if outcome.number in self.closed else DISPATCHED


def make_numbers(count: int, account: str = "acc") -> list[str]:
    return [derive_number(account, str(n)) for n in range(count)]


async def insert_tickets(
    database: Database, numbers: Sequence[str], partner: str = PARTNER, state: str = "validated"
) -> None:
    async with database.transaction() as connection:
        await connection.execute(INSERT, list(numbers), partner, state)


async def import_file(
    database: Database, file: Path, dispatcher: OutcomeDispatcher | None
) -> tuple[tuple[int, int, int], list[str]]:
    """Import the file; return how many rows were applied, known and invalid, and the output."""
    reports: list[str] = []
    with open_csv(file) as reader:
        summary = await Importer(database, PARTNER, dispatcher, reports.append).import_lines(reader)
    return (summary.applied, summary.unchanged, summary.rejected), reports


def by_line(reports: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the message about each line."""
    for report in reports:
        lines, _, message = report.partition(": ")
        first, _, last = lines.removeprefix("lines ").removeprefix("line ").partition(" to ")
        yield from ((number, message) for number in range(int(first), int(last or first) + 1))


def a_file(
    folder: Path, *rows: str, header: str = "number,outcome,reason_code,amount,currency"
) -> Path:
    file = folder / "outcomes.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def a_big_file(folder: Path, numbers: Sequence[str]) -> tuple[Path, dict[int, str]]:
    """Write a file in which 1 % of rows are invalid; return it and the reasons by line."""
    generator = random.Random(7)
    invalid = generator.sample(range(ROWS), ROWS // 100)
    reasons = {row: list(INVALID_ROWS)[n % len(INVALID_ROWS)] for n, row in enumerate(invalid)}
    rows = [
        INVALID_ROWS[reasons[n]].format(number=number)
        if n in reasons
        else f"{number},confirmed,,{n % 90 + 1}.50,PLN"
        for n, number in enumerate(numbers)
    ]
    return a_file(folder, *rows), {row + 2: reason for row, reason in reasons.items()}


async def test_ten_thousand_rows_of_which_one_in_a_hundred_is_invalid(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Valid rows are applied, others reported by line and reason; a repetition changes nothing."""
    numbers = make_numbers(ROWS)
    await insert_tickets(database, numbers)
    file, reasons = a_big_file(tmp_path, numbers)
    dispatcher = RecordingDispatcher()
    counts, reports = await import_file(database, file, dispatcher)
    assert counts == (ROWS - len(reasons), 0, len(reasons))
    counts, repeated = await import_file(database, file, dispatcher)
    assert counts == (0, ROWS - len(reasons), len(reasons))
    assert [one for one in repeated if "duplicate: " not in one] == reports
    found = dict(by_line(reports))
    assert found.keys() == reasons.keys()
    assert all(found[line].startswith(reason) for line, reason in reasons.items())
    assert (
        len({outcome.outcome_id for outcome in dispatcher.dispatched})
        == len(dispatcher.dispatched)
        == counts[1]
    )
    async with open_rows(database_url) as stored:
        assert await stored.count("partner_outcomes") == counts[1]


async def test_memory_does_not_grow_with_the_file(database: Database, tmp_path: Path) -> None:
    """Ten thousand rows need as much memory as one thousand."""
    numbers = make_numbers(ROWS)
    await insert_tickets(database, numbers)
    rows = [f"{number},confirmed,,1.50,PLN" for number in numbers]
    peaks = []
    for part in (rows[:1000], rows):
        file = a_file(tmp_path, *part)
        tracemalloc.start()
        await import_file(database, file, None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert file.stat().st_size > 300_000
    assert peaks[1] < peaks[0] * 1.3
    assert peaks[1] < 3_000_000


async def test_an_interrupted_import_continues_where_it_stopped(
    database: Database, tmp_path: Path
) -> None:
    """Dispatched outcomes are marked, also if the rest of the batch failed."""
    numbers = make_numbers(500)
    await insert_tickets(database, numbers)
    file = a_file(tmp_path, *(f"{number},confirmed,,," for number in numbers))
    dispatcher = RecordingDispatcher()
    dispatcher.fails_after = 333
    with pytest.raises(TransientError):
        await import_file(database, file, dispatcher)
    dispatcher.fails_after = None
    assert (await import_file(database, file, dispatcher))[0] == (167, 333, 0)
    assert sorted(outcome.number or "" for outcome in dispatcher.dispatched) == sorted(numbers)


async def test_a_dry_run_prints_the_same_and_changes_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    numbers = make_numbers(3)
    await insert_tickets(database, numbers)
    file = a_file(
        tmp_path, f"{numbers[0]},confirmed,,,", f"{numbers[1]},perhaps,,,", "x,confirmed,,,"
    )
    async with open_rows(database_url) as stored:
        before = await stored.contents()
        dry = await import_file(database, file, None)
        assert await stored.contents() == before
    assert dry == await import_file(database, file, RecordingDispatcher())
    assert dry[0] == (1, 0, 2)
    assert (await import_file(database, file, None))[0] == (0, 1, 2)


async def test_lines_that_change_nothing_are_named_also_by_a_dry_run(
    database: Database, tmp_path: Path
) -> None:
    """Repeated ones, and those that repeat a confirmation or come after the end."""
    repeated, confirmed, ended, asked = make_numbers(4)
    await insert_tickets(database, [repeated])
    await insert_tickets(database, [confirmed, asked], state="awaiting_cancellation_period")
    await insert_tickets(database, [ended], state="resolved")
    rows = [f"{repeated},confirmed,,,"] * 3 + [f"{ended},rejected,order_returned,,"] * 2
    rows += [f"{confirmed},confirmed,,,", f"{asked},information_requested,,,"]
    file = a_file(tmp_path, *rows)
    dry = await import_file(database, file, None)
    assert dry == await import_file(database, file, RecordingDispatcher(ended))
    assert dry == (
        (1, 3, 3),
        [
            "lines 3 to 4: duplicate: this outcome is known already",
            "lines 5 to 6: ticket_closed: number: expected that of an open ticket",
            "line 7: unchanged: the ticket is confirmed with these values already",
            "line 8: action_not_allowed: "
            "outcome: expected one that is possible in the ticket's state",
        ],
    )


async def test_outcomes_beyond_the_daily_number_of_a_ticket_are_rejected(
    database: Database, tmp_path: Path
) -> None:
    (number,) = make_numbers(1)
    await insert_tickets(database, [number])
    amounts = range(1, MAX_OUTCOMES_PER_DAY + 401)
    file = a_file(tmp_path, *(f"{number},confirmed,,{amount},PLN" for amount in amounts))
    counts, reports = await import_file(database, file, RecordingDispatcher())
    assert counts == (MAX_OUTCOMES_PER_DAY, 0, 400)
    assert [report.partition(": number")[0] for report in reports] == [
        f"lines {MAX_OUTCOMES_PER_DAY + 2} to {MAX_OUTCOMES_PER_DAY + 401}: too_many_outcomes"
    ]


async def test_an_unknown_number_and_one_of_another_partner_get_the_same_answer(
    database: Database, tmp_path: Path
) -> None:
    """And so does that of a claim that was never sent to the partner."""
    other, refused, held, nobody = make_numbers(4)
    await insert_tickets(database, [other], OTHER)
    await insert_tickets(database, [refused], PARTNER, "discarded")
    await insert_tickets(database, [held], PARTNER, "on_hold")
    unknown = (other, refused, held, nobody, "no number")
    rows = [f"{number},confirmed,,," for number in unknown]
    dispatcher = RecordingDispatcher()
    counts, reports = await import_file(database, a_file(tmp_path, *rows), dispatcher)
    assert (counts, dispatcher.dispatched) == ((0, 0, 5), [])
    reasons = {report.partition(": ")[2] for report in reports}
    assert reasons == {"unknown_number: number: expected that of a claim sent to you"}


async def test_a_closed_ticket_is_reported_each_time_and_logs_late_outcomes(
    database: Database, tmp_path: Path
) -> None:
    (number,) = make_numbers(1)
    await insert_tickets(database, [number], state="withdrawn")
    file, dispatcher = a_file(tmp_path, f"{number},confirmed,,,"), RecordingDispatcher(number)
    for _ in range(2):
        counts, reports = await import_file(database, file, dispatcher)
        assert counts == (0, 0, 1)
        assert reports == ["line 2: ticket_closed: number: expected that of an open ticket"]
    assert len(dispatcher.dispatched) == 1
    async with database.transaction() as connection:
        entries = await connection.fetch("select number, code, actor from ticket_messages")
    assert [tuple(entry) for entry in entries] == [
        (number, MessageCode.TICKET_CLOSED, f"partner:{PARTNER}")
    ]


async def test_a_repeated_row_is_applied_once_and_the_rows_of_a_ticket_in_order(
    database: Database, tmp_path: Path
) -> None:
    (number,) = make_numbers(1)
    await insert_tickets(database, [number])
    outcomes = ["information_requested", "confirmed", "confirmed", "order_cancelled"]
    file = a_file(tmp_path, *(f"{number},{outcome},,," for outcome in outcomes))
    dispatcher = RecordingDispatcher()
    assert (await import_file(database, file, dispatcher))[0] == (3, 1, 0)
    dispatched = [outcome.outcome for outcome in dispatcher.dispatched]
    assert dispatched == ["information_requested", "confirmed", "order_cancelled"]


async def test_a_record_that_a_member_wrote_into_a_name_reaches_no_ticket(
    database: Database, tmp_path: Path
) -> None:
    """A cell of twenty-one lines with a record among them, in the row of another ticket."""
    (victim, own) = make_numbers(2)
    await insert_tickets(database, [victim, own])
    name = "Jan" + "\n." * 21 + f"\n{own},confirmed,,,\nx"
    rows = [f'{victim},rejected,order_not_found,,"{name}"', f'{own},,,,"Eva"']
    header = "number,outcome,reason_code,amount,answers.customer_name"
    dispatcher = RecordingDispatcher()
    counts, reports = await import_file(
        database, a_file(tmp_path, *rows, header=header), dispatcher
    )
    assert (counts, reports) == ((1, 0, 0), [])
    assert [(one.number, one.outcome) for one in dispatcher.dispatched] == [(victim, "rejected")]


def test_progress_is_one_line_with_all_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_csv(a_file(tmp_path, "x,confirmed,,,")) as reader:
        progress = Progress(reader, sys.stderr)
        progress.show(ImportSummary(applied=1))
        progress.show(ImportSummary(applied=98, unchanged=1, rejected=1), last=True)
    assert capsys.readouterr().err == "100 %: 98 applied, 1 unchanged, 1 rejected\n"
