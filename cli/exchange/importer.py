"""Applies the outcomes of a file in batches: an invalid line is reported and affects no other, and
importing the same file again changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from adapters.files.csv import CsvRecord
from adapters.postgres.database import Database
from adapters.postgres.partners.outcome_records import (
    OutcomeKey,
    StoredOutcome,
    find_outcomes,
    outcome_key,
)
from adapters.postgres.partners.outcomes import partner_ticket_numbers, store_outcomes
from cli.exchange.csv_columns import is_unanswered
from cli.exchange.outcome_rows import read_outcome, unknown_number
from cli.exchange.progress import ImportSummary
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.tickets.messages.signals import PartnerOutcome
from workflows.outcome_dispatcher import OutcomeDispatcher

BATCH_SIZE: Final = 200
"""Lines in memory at a time."""
_EXPECTED: Final = {
    MessageCode.TICKET_CLOSED: "number: expected that of an open ticket",
    "action_not_allowed": "outcome: expected one that is possible in the ticket's state",
}


@dataclass(frozen=True)
class ParsedLine:
    """A line of the file and the outcome that it states."""

    line: CsvRecord
    outcome: PartnerOutcome


class Importer:
    """Applies outcomes to tickets; without a dispatcher it only reports errors."""

    def __init__(
        self,
        database: Database,
        partner_id: str,
        dispatcher: OutcomeDispatcher | None,
        report: Callable[[str], None],
        market: Market | None = None,
    ) -> None:
        """Import for one partner, who writes dates and amounts as its `market` does; `report` is
        called with a text for every rejected line: its number and the reason.
        """
        self._database = database
        self._partner_id = partner_id
        self._dispatcher = dispatcher
        self._report = report
        self._market = market
        self._summary = ImportSummary()
        self._rejected: dict[int, str] = {}

    async def import_lines(
        self,
        lines: Iterable[CsvRecord],
        show: Callable[[ImportSummary], None] = lambda summary: None,
    ) -> ImportSummary:
        """Import all lines, in batches; `show` is called after each."""
        left = iter(lines)
        while batch := list(islice(left, BATCH_SIZE)):
            await self._import_batch(batch)
            for number in sorted(self._rejected):
                self._report(f"line {number}: {self._rejected[number]}")
            self._summary.rejected += len(self._rejected)
            self._rejected = {}
            show(self._summary)
        return self._summary

    async def _import_batch(self, batch: Sequence[CsvRecord]) -> None:
        parsed = await self._drop_foreign_numbers(
            [one for line in batch if (one := self._parse(line))]
        )
        first: dict[OutcomeKey, ParsedLine] = {}
        for one in parsed:
            first.setdefault(outcome_key(one.outcome), one)
        stored = await self._stored_outcomes(first)
        before = {key: outcome.code for key, outcome in stored.items()}
        after = await self._store_and_dispatch(first)
        for one in parsed:
            key = outcome_key(one.outcome)
            is_repeated = before.get(key) or first[key] is not one
            self._count(one.line, after.get(key), bool(is_repeated))

    def _count(self, line: CsvRecord, result: StoredOutcome | None, is_repeated: bool) -> None:
        code = result.refusal if result else None
        if code in _EXPECTED:
            self._rejected[line.number] = f"{code}: {_EXPECTED[code]}"
        elif is_repeated or code == MessageCode.UNCHANGED:
            self._summary.duplicates += 1
        else:
            self._summary.applied += 1

    def _parse(self, line: CsvRecord) -> ParsedLine | None:
        try:
            if line.error:
                raise RequestRejected(RefusalCode.MALFORMED, expected=line.error)
            if is_unanswered(line.cells):
                self._summary.unanswered += 1
                return None
            return ParsedLine(line, read_outcome(line.cells, self._partner_id, self._market))
        except RequestRejected as error:
            self._rejected[line.number] = str(error)
            return None

    async def _drop_foreign_numbers(self, parsed: Sequence[ParsedLine]) -> list[ParsedLine]:
        """Reject unknown numbers and those of other partners with the same error."""
        numbers = {one.outcome.number or "" for one in parsed}
        theirs = await partner_ticket_numbers(self._database, self._partner_id, numbers)
        for one in parsed:
            if one.outcome.number not in theirs:
                self._rejected[one.line.number] = str(unknown_number())
        return [one for one in parsed if one.outcome.number in theirs]

    async def _stored_outcomes(
        self, first: Mapping[OutcomeKey, ParsedLine]
    ) -> Mapping[OutcomeKey, StoredOutcome]:
        """Return the outcomes that are stored already, with their results."""
        outcomes = [one.outcome for one in first.values()]
        return await find_outcomes(self._database, self._partner_id, outcomes)

    async def _store_and_dispatch(
        self, first: Mapping[OutcomeKey, ParsedLine]
    ) -> Mapping[OutcomeKey, StoredOutcome]:
        """Store new outcomes, signal the tickets, and return the results of all."""
        if self._dispatcher and first:
            outcomes = [one.outcome for one in first.values()]
            await store_outcomes(self._database, self._partner_id, outcomes)
            await self._dispatcher.dispatch_pending(self._database, [key[0] for key in first])
        return await self._stored_outcomes(first)
