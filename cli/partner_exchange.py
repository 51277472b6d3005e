"""Door 3, for partners who are served by files: `worker.py export` and `worker.py import`.

An export is a file of the claims that wait for a partner. An import tells tickets the outcomes of a
file, line by line: a bad line is named and spoils no other, and what was imported before changes
nothing.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from temporalio.client import Client
from temporalio.service import RPCError

from adapters.files.csv import CsvReader, Line, encoded, opened, write_row, written_whole
from adapters.files.partner_profiles import load_profiles
from adapters.postgres.database import Postgres
from adapters.postgres.exports import (
    Export,
    export_written,
    exported_claims,
    made_export,
    next_export,
)
from adapters.postgres.outcomes import (
    Kept,
    Key,
    keep_outcomes,
    key_of,
    known_outcomes,
    numbers_of_partner,
)
from cli.csv_rows import (
    Tally,
    check_header,
    claim_header,
    claim_row,
    column_of,
    is_unanswered,
    read_outcome,
    separator,
    unknown_number,
)
from domain.errors import RequestRejected, TransientError
from domain.partners.profile import Market, PartnerRules
from domain.tickets.discrepancies import TICKET_CLOSED, UNCHANGED
from domain.tickets.messages import PartnerOutcome
from settings import load_worker_settings
from workflows.outcome_dispatcher import OutcomeDispatcher

DONE: Final = 0
AWAY: Final = 1
WRONG: Final = 2
SOME_BAD: Final = 3
CHUNK: Final = 200
"""Lines that are in memory at a time."""
_EVERY_SECONDS: Final = 1.0
_EXPECTED: Final = {
    TICKET_CLOSED: "number: expected that of an open ticket",
    "action_not_allowed": "outcome: expected one that is possible where the ticket stands",
}

Connect = Callable[[], Awaitable[Client]]
Read = tuple[Line, PartnerOutcome]


async def run(arguments: Sequence[str], connect: Connect) -> int:
    """Run a command; 0 for done, 1 for what is away, 2 for a wrong call, 3 for bad lines.

    `connect` is asked for Temporal where tickets must be told. Raises `InvalidConfiguration`.
    """
    options = _parser().parse_args(arguments)
    settings = load_worker_settings()
    profile = load_profiles(settings.partners_dir).get(options.partner)
    if profile is None:
        return _wrong(f"no partner {options.partner!r} in {settings.partners_dir}")
    try:
        cache = settings.statement_cache
        async with Postgres.connect(settings.database_url, statement_cache=cache) as postgres:
            if options.command == "export":
                return await export(postgres, profile.rules, options.out, options.again)
            return await _import(postgres, profile.rules, options, connect)
    except (TransientError, RPCError) as error:
        print(f"stopped, do it again: {error}", file=sys.stderr)
        return AWAY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="worker.py")
    commands = parser.add_subparsers(dest="command", required=True)
    out = commands.add_parser("export", help="write the claims that wait for a partner")
    out.add_argument("partner")
    out.add_argument("--out", type=Path, help="the file to write; else to the standard output")
    out.add_argument("--again", type=int, metavar="EXPORT_ID", help="the same file once more")
    back = commands.add_parser("import", help="tell tickets the outcomes of a partner's file")
    back.add_argument("partner")
    back.add_argument("file", type=Path)
    back.add_argument("--dry-run", action="store_true", help="only say what is wrong")
    return parser


def _wrong(words: str) -> int:
    print(f"worker: {words}", file=sys.stderr)
    return WRONG


async def export(
    postgres: Postgres, rules: PartnerRules, out: Path | None, again: int | None = None
) -> int:
    """Write the claims that wait for the partner, or once more those of the export `again`."""
    answers = list(dict.fromkeys(form_field.name for form_field in rules.fields))
    if again is None:
        made = await next_export(postgres, rules.id, answers)
    elif (made := await made_export(postgres, rules.id, again)) is None:
        return _wrong(f"no export {again} of {rules.id}")
    count = 0
    with written_whole(out) if out else _standard_output() as text:
        sign = separator(rules.market)
        write_row(text, claim_header(made.answers if made else answers), sign)
        if made:
            count = await _write_claims(postgres, made, text, sign)
    if made is None:
        print(f"nothing waits for {rules.id}", file=sys.stderr)
        return DONE
    await export_written(postgres, made)
    before = ", begun before" if made.begun_before else ""
    print(f"export {made.export_id}{before}: {count} claims", file=sys.stderr)
    return DONE


async def _write_claims(postgres: Postgres, made: Export, text: TextIO, sign: str) -> int:
    count = 0
    async for purpose, claim in exported_claims(postgres, made):
        write_row(text, claim_row(purpose, claim, made.answers), sign)
        count += 1
    return count


@contextlib.contextmanager
def _standard_output() -> Iterator[TextIO]:
    text = encoded(sys.stdout.buffer)
    try:
        yield text
    finally:
        text.flush()
        text.detach()


async def _import(
    postgres: Postgres, rules: PartnerRules, options: argparse.Namespace, connect: Connect
) -> int:
    with contextlib.ExitStack() as stack:
        try:
            market = rules.market
            reader = stack.enter_context(opened(options.file, market.language, column_of))
            aside = check_header(reader.columns)
        except (OSError, ValueError, RequestRejected) as error:
            return _wrong(f"{options.file}: {error}")
        if aside:
            print(f"columns left aside: {', '.join(one[:60] for one in aside)}", file=sys.stderr)
        teller = None if options.dry_run else OutcomeDispatcher(await connect())
        progress = Progress(reader, sys.stderr)
        tally = await Importer(postgres, rules.id, teller, _say, market).take(reader, progress.show)
        progress.show(tally, last=True)
    return SOME_BAD if tally.bad else DONE


def _say(words: str) -> None:
    print(words, flush=True)


@dataclass
class Progress:
    """Shows how far an import is, at most once a second."""

    reader: CsvReader
    to: TextIO
    shown_at: float = field(default_factory=time.monotonic)

    def show(self, tally: Tally, last: bool = False) -> None:
        """Write one line; on a terminal over the one before."""
        if not last and time.monotonic() - self.shown_at < _EVERY_SECONDS:
            return
        self.shown_at = time.monotonic()
        line = f"{100 if last else self.reader.percent} %: {tally}"
        end = "\n" if last or not self.to.isatty() else "\r"
        print(line, end=end, file=self.to, flush=True)


class Importer:
    """Tells tickets the outcomes of a file; without a teller it only says what is wrong."""

    def __init__(
        self,
        postgres: Postgres,
        partner_id: str,
        teller: OutcomeDispatcher | None,
        say: Callable[[str], None],
        market: Market | None = None,
    ) -> None:
        """Import for one partner, who writes as its `market` does; `say` hears a line for every bad
        row, with number and reason.
        """
        self._postgres = postgres
        self._partner_id = partner_id
        self._teller = teller
        self._say = say
        self._market = market
        self._tally = Tally()
        self._bad: dict[int, str] = {}

    async def take(
        self, lines: Iterable[Line], show: Callable[[Tally], None] = lambda tally: None
    ) -> Tally:
        """Take all lines, some at a time; `show` hears how far that is."""
        left = iter(lines)
        while chunk := list(islice(left, CHUNK)):
            await self._take(chunk)
            for number in sorted(self._bad):
                self._say(f"line {number}: {self._bad[number]}")
            self._tally.bad += len(self._bad)
            self._bad = {}
            show(self._tally)
        return self._tally

    async def _take(self, chunk: Sequence[Line]) -> None:
        read = await self._of_partner([one for line in chunk if (one := self._read(line))])
        first: dict[Key, Read] = {}
        for one in read:
            first.setdefault(key_of(one[1]), one)
        known = await self._known(first)
        before = {key: kept.code for key, kept in known.items()}
        after = await self._tell(first)
        for line, outcome in read:
            key = key_of(outcome)
            if code := _refused(after.get(key)):
                self._bad[line.number] = f"{code}: {_EXPECTED[code]}"
            elif before.get(key) or first[key][0] is not line or _is_unchanged(after.get(key)):
                self._tally.known += 1
            else:
                self._tally.taken += 1

    def _read(self, line: Line) -> Read | None:
        try:
            if line.fault:
                raise RequestRejected("malformed", expected=line.fault)
            if is_unanswered(line.cells):
                self._tally.unanswered += 1
                return None
            return line, read_outcome(line.cells, self._partner_id, self._market)
        except RequestRejected as error:
            self._bad[line.number] = str(error)
            return None

    async def _of_partner(self, read: Sequence[Read]) -> list[Read]:
        """Leave out the numbers of nobody and of other partners, which look the same."""
        numbers = {outcome.number or "" for _, outcome in read}
        theirs = await numbers_of_partner(self._postgres, self._partner_id, numbers)
        for line, outcome in read:
            if outcome.number not in theirs:
                self._bad[line.number] = str(unknown_number())
        return [one for one in read if one[1].number in theirs]

    async def _known(self, first: Mapping[Key, Read]) -> Mapping[Key, Kept]:
        """Return what became of the outcomes that came before."""
        outcomes = [outcome for _, outcome in first.values()]
        return await known_outcomes(self._postgres, self._partner_id, outcomes)

    async def _tell(self, first: Mapping[Key, Read]) -> Mapping[Key, Kept]:
        """Keep what is new, tell the tickets, and return what has become of all."""
        if self._teller and first:
            outcomes = [outcome for _, outcome in first.values()]
            await keep_outcomes(self._postgres, self._partner_id, outcomes)
            await self._teller.dispatch_pending(self._postgres, [key[0] for key in first])
        return await self._known(first)


def _refused(kept: Kept | None) -> str | None:
    """Return the code of an outcome that moves nothing, and that its sender should know of."""
    code = kept.refusal if kept else None
    return code if code in _EXPECTED else None


def _is_unchanged(kept: Kept | None) -> bool:
    return kept is not None and kept.refusal == UNCHANGED
