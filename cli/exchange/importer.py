"""Applies the outcomes of a file in batches: a line that is invalid or changes nothing is reported
and affects no other, and importing the same file again changes nothing.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from adapters.files.csv import CsvRecord
from adapters.postgres.database import Database
from adapters.postgres.partners.outcome_records import (
    OutcomeKey,
    StoredTicketState,
    find_outcomes,
    outcome_key,
    predict_codes,
)
from adapters.postgres.partners.outcomes import (
    MAX_OUTCOMES_PER_DAY,
    TOO_MANY_OUTCOMES,
    partner_tickets,
    store_outcomes,
)
from cli.exchange.csv_columns import is_unanswered
from cli.exchange.line_messages import LineMessages
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
    TOO_MANY_OUTCOMES: f"number: expected that of a ticket with at most {MAX_OUTCOMES_PER_DAY} "
    "outcomes a day",
    RefusalCode.ACTION_NOT_ALLOWED: "outcome: expected one that is possible in the ticket's state",
}
_DUPLICATE: Final = "duplicate: this outcome is known already"
_UNCHANGED: Final = "unchanged: the ticket is confirmed with these values already"


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
        called with a text for lines that are rejected or change nothing: their numbers and why.
        """
        self._database = database
        self._partner_id = partner_id
        self._dispatcher = dispatcher
        self._report = LineMessages(report)
        self._market = market
        self._summary = ImportSummary()
        self._messages: dict[int, str] = {}

    async def import_lines(
        self,
        lines: Iterable[CsvRecord],
        show: Callable[[ImportSummary], None] = lambda summary: None,
    ) -> ImportSummary:
        """Import all lines, in batches; `show` is called after each."""
        left = iter(lines)
        try:
            while batch := list(islice(left, BATCH_SIZE)):
                self._messages = {}
                await self._import_batch(batch)
                for line in batch:
                    self._report.add(line.number, self._messages.get(line.number, ""))
                show(self._summary)
        finally:
            self._report.flush()
        return self._summary

    async def _import_batch(self, batch: Sequence[CsvRecord]) -> None:
        parsed = [one for line in batch if (one := self._parse(line))]
        numbers = {one.outcome.number or "" for one in parsed}
        tickets = await partner_tickets(self._database, self._partner_id, numbers)
        parsed = self._drop_unknown_numbers(parsed, tickets)
        first: dict[OutcomeKey, ParsedLine] = {}
        for one in parsed:
            first.setdefault(outcome_key(one.outcome), one)
        outcomes = [one.outcome for one in first.values()]
        stored = await find_outcomes(self._database, self._partner_id, outcomes)
        known = {key for key, outcome in stored.items() if outcome.code}
        codes = await self._apply(outcomes, tickets)
        for one in parsed:
            key = outcome_key(one.outcome)
            code = codes.get(key, TOO_MANY_OUTCOMES)
            self._count(one.line, code, key in known or first[key] is not one)

    def _count(self, line: CsvRecord, code: str | None, is_repeated: bool) -> None:
        if code in _EXPECTED:
            self._reject(line, f"{code}: {_EXPECTED[code]}")
        elif is_repeated or code == MessageCode.UNCHANGED:
            self._summary.unchanged += 1
            self._messages[line.number] = _DUPLICATE if is_repeated else _UNCHANGED
        else:
            self._summary.applied += 1

    def _reject(self, line: CsvRecord, message: str) -> None:
        self._summary.rejected += 1
        self._messages[line.number] = message

    def _parse(self, line: CsvRecord) -> ParsedLine | None:
        try:
            if line.error:
                raise RequestRejected(RefusalCode.MALFORMED, expected=line.error)
            if is_unanswered(line.cells):
                self._summary.unanswered += 1
                return None
            return ParsedLine(line, read_outcome(line.cells, self._partner_id, self._market))
        except RequestRejected as error:
            self._reject(line, str(error))
            return None

    def _drop_unknown_numbers(
        self, parsed: Sequence[ParsedLine], tickets: Mapping[str, StoredTicketState]
    ) -> list[ParsedLine]:
        """Reject unknown numbers and those of other partners with the same error."""
        for one in parsed:
            if one.outcome.number not in tickets:
                self._reject(one.line, str(unknown_number()))
        return [one for one in parsed if one.outcome.number in tickets]

    async def _apply(
        self, outcomes: Sequence[PartnerOutcome], tickets: Mapping[str, StoredTicketState]
    ) -> dict[OutcomeKey, str | None]:
        """Store new outcomes and signal the tickets; without a dispatcher only predict.

        Returns the code of each that changes nothing, `None` for the others; those beyond the
        bounds of their tickets are missing.
        """
        if self._dispatcher and outcomes:
            with contextlib.suppress(RequestRejected):
                await store_outcomes(self._database, self._partner_id, outcomes)
            numbers = [outcome.number or "" for outcome in outcomes]
            await self._dispatcher.dispatch_pending(self._database, numbers)
        stored = await find_outcomes(self._database, self._partner_id, outcomes)
        codes = {key: outcome.refusal for key, outcome in stored.items()}
        if self._dispatcher is None:
            fresh = [one for one in outcomes if outcome_key(one) not in stored]
            codes |= {outcome_key(one): code for one, code in predict_codes(fresh, tickets)}
        return codes
