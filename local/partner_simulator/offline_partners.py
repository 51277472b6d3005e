"""The simulated partners without a server: one is served by e-mail, one by files.

Their claims are recorded in `received_claims` in the form of the partner simulator. Each claim gets
the first outcome of its script, or else is confirmed.
"""

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from adapters.files.csv import open_csv
from adapters.files.csv_writer import csv_text, write_row
from adapters.files.partner_profiles import load_profiles
from cli.exchange.csv_columns import OUTCOME_COLUMNS
from domain.errors import TicketError
from domain.partners.channels import CsvChannel
from local.demo.scenarios import Scenario
from local.partner_simulator.link_client import submit_outcome
from local.partner_simulator.scripts import CONFIRMING
from local.stack.stack import ROOT, Stack

POLL_SECONDS: Final = 1.0  # seconds between two polls of the mailbox, and of claims to export
LINK: Final = re.compile(r"/partners/([a-z0-9-]+)/tickets/(ZW-[0-9A-Z-]+)/outcome\?token=(\S+)")
UNAVAILABLE: Final = 1
SOME_REJECTED: Final = 3
INVALID_NUMBER: Final = "ZW-0000-0000-0000-0"


class ChannelFailed(TicketError):
    """A command for files did something else than was expected."""


class OfflinePartners:
    """Answers for all partners of a stack that are served by mail or by files."""

    def __init__(
        self, stack: Stack, claims: Sequence[Scenario], mailbox: httpx.AsyncClient
    ) -> None:
        """Read mail in `mailbox`, open links at the stack's gateway, run commands with
        its settings.
        """
        self._stack = stack
        self._mailbox = mailbox
        profiles = load_profiles(stack.state / "partners").values()
        by_file = [p.rules.id for p in profiles if isinstance(p.channel, CsvChannel)]
        rows = [one.row for one in claims if one.row.expected_status == "accepted"]
        self._expected_claims = {
            partner: {row.number for row in rows if row.partner_id == partner}
            for partner in by_file
        }
        self._answers = {one.row.number: _answer(one) for one in claims}
        self.received_claims: list[dict[str, Any]] = []

    async def answer(self) -> None:
        """Answer until cancelled."""
        address = self._stack.addresses["gateway"] or ""
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=10) as gateway:
            while True:
                await self._read_mail(gateway)
                for partner_id in self._expected_claims:
                    await self._exchange_files(partner_id)
                await asyncio.sleep(POLL_SECONDS)

    async def _read_mail(self, gateway: httpx.AsyncClient) -> None:
        """Answer every e-mail to a partner once, by its link."""
        seen = {one["keys"][0] for one in self.received_claims}
        for email in (await self._mailbox.get("/emails.json")).json():
            found = LINK.search(email["text"])
            if found and email["message_id"] not in seen:
                partner_id, number, _ = found.groups()
                self._record(partner_id, number, email["message_id"])
                await submit_outcome(gateway, found[0], self._answers[number])

    async def _exchange_files(self, partner_id: str) -> None:
        """Export, answer in a file with one bad row, and import, while claims are expected."""
        if not self._expected_claims[partner_id]:
            return
        claims, outcomes = (
            self._stack.state / f"{partner_id}-{name}.csv" for name in ("in", "out")
        )
        if await self._run("export", partner_id, "--out", str(claims)) == UNAVAILABLE:
            return
        rows = _rows(claims)
        for row in rows:
            self._record(partner_id, row["number"], row["purpose"])
        if rows:
            self._write(outcomes, [row["number"] for row in rows])
            code = UNAVAILABLE
            while code == UNAVAILABLE:
                code = await self._run("import", partner_id, str(outcomes))
            if code != SOME_REJECTED:
                raise ChannelFailed(f"the import ended with {code}, though one row is bad")
        self._expected_claims[partner_id] -= {row["number"] for row in rows}

    def _write(self, file: Path, numbers: Sequence[str]) -> None:
        with file.open("wb") as raw, csv_text(raw) as out:
            write_row(out, list(OUTCOME_COLUMNS))
            for number in [*numbers, INVALID_NUMBER]:
                cells = _flat({"number": number} | self._answers.get(number, CONFIRMING))
                write_row(out, [str(cells.get(name) or "") for name in OUTCOME_COLUMNS])

    async def _run(self, *arguments: str) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli",
            *arguments,
            "--state-dir",
            str(self._stack.state),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _record(self, partner_id: str, number: str, key: str) -> None:
        now = datetime.now(UTC).isoformat()
        claim = {"partner_id": partner_id, "number": number, "accepted_at": now, "keys": [key]}
        self.received_claims.append(claim)


def _answer(scenario: Scenario) -> dict[str, Any]:
    """The fields of the first outcome in the claim's script."""
    answers = scenario.steps.answers
    return (answers[0].outcome or CONFIRMING) if answers else CONFIRMING


def _flat(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {**outcome, **(outcome.get("reward") or {})}


def _rows(file: Path) -> list[dict[str, str]]:
    with open_csv(file) as reader:
        return [line.cells for line in reader]
