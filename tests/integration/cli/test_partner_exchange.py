"""`python -m cli export` and `import` as processes, with a real Temporal: what an operator sees."""

import asyncio
import csv
import io
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.postgres.database import Database
from adapters.postgres.partners.exports import enqueue_claim
from tests.support.partner_files import VALID_PROFILE, write_profile
from tests.support.servers.temporal_dev_server import dev_server
from tests.support.ticket_store import TicketStore

ROOT = Path(__file__).resolve().parents[3]
DEADLINE = 60.0  # seconds
HEADER = "number;outcome;reason_code;amount;currency"


@dataclass
class CommandLine:
    """The commands, and the tickets that they signal."""

    folder: Path
    client: Client
    environment: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    async def run(self, *arguments: str) -> tuple[int | None, str, str]:
        """Run `python -m cli`; return its exit code, its output and its error output."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli",
            *arguments,
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await asyncio.wait_for(process.communicate(), DEADLINE)
        return process.returncode, out.decode("utf-8-sig"), errors.decode()

    def outcomes(self, *rows: str) -> str:
        """Write a file of outcomes; return its name."""
        file = self.folder / "outcomes.csv"
        file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8-sig")
        return str(file)

    async def dispatched(self, number: str) -> list[str]:
        """Return the ids of the outcomes that the ticket's workflow received."""
        handle = self.client.get_workflow_handle(number)
        converter = self.client.data_converter.payload_converter
        ids = []
        async for event in handle.fetch_history_events():
            if event.HasField("workflow_execution_signaled_event_attributes"):
                signal = event.workflow_execution_signaled_event_attributes
                assert signal.signal_name == "partner_outcome"
                (content,) = converter.from_payloads(signal.input.payloads)
                assert (content["partner_id"], content["number"]) == ("velotel", number)
                ids.append(content["outcome_id"])
        return ids


@pytest.fixture
async def commands(
    database: Database, database_url: str, tmp_path: Path
) -> AsyncIterator[CommandLine]:
    """Three tickets whose claims wait for a file; no worker runs their workflows."""
    partners = tmp_path / "partners"
    partners.mkdir()
    write_profile(
        partners, VALID_PROFILE | {"id": "velotel", "channel": {"kind": "csv"}}, "velotel"
    )
    store = TicketStore(database)
    await store.register_link()
    async with dev_server() as address:
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        command_line = CommandLine(tmp_path, client)
        command_line.environment = {
            "PATH": os.environ.get("PATH", ""),
            "TEMPORAL_CONFIG_FILE": "/dev/null",
            "TEMPORAL_ADDRESS": address,
            "DATABASE_URL": database_url,
            "SMTP_URL": "smtp://127.0.0.1:1",
            "TICKETS_MAIL_FROM": "tickets@example.com",
            "TICKETS_SUPPORT_EMAIL": "help@example.com",
            "TICKETS_PARTNERS_DIR": str(partners),
        }
        for order in ("VT-1", "VT-2", "VT-3"):
            number = (await store.file(order)).result.number
            claim: dict[str, Any] = {
                "number": number,
                "kind": "missing_cashback",
                "ordered_on": None,
            }
            claim |= {"answers": {"order_number": order}, "link": {"id": "l", "clicked_at": None}}
            await enqueue_claim(database, "velotel", "claim", claim)
            await client.start_workflow("SupportTicket", id=number, task_queue="tickets")
            command_line.numbers.append(number)
        yield command_line


async def test_claims_are_exported_and_outcomes_imported(commands: CommandLine) -> None:
    code, out, errors = await commands.run("export", "velotel")
    assert (code, "export 1: 3 claims" in errors) == (0, True), errors
    rows = list(csv.DictReader(io.StringIO(out, newline=""), delimiter=";"))
    assert [row["number"] for row in rows] == commands.numbers
    assert (await commands.run("export", "velotel", "--again", "1"))[1] == out

    first, second, third = commands.numbers
    good = [f"{first};confirmed;;12,50;PLN", f"{second};rejected;order_not_found;;"]
    file = commands.outcomes(*good, f"{third};perhaps;;;", "ZW-4KQ7-P9XT-M2AB-C;confirmed;;;")
    code, out, errors = await commands.run("import", "velotel", file, "--dry-run")
    assert (code, await commands.dispatched(first)) == (3, [])
    assert "100 %: 2 applied, 0 unchanged, 2 rejected" in errors
    assert await commands.run("import", "velotel", file) == (code, out, errors)
    assert out.splitlines()[0].startswith("line 4: malformed: outcome: ")
    assert out.splitlines()[1].startswith("line 5: unknown_number: ")
    dispatched = [await commands.dispatched(number) for number in commands.numbers]
    assert [len(ids) for ids in dispatched] == [1, 1, 0]

    code, _, errors = await commands.run("import", "velotel", file)
    assert (code, "0 applied, 2 unchanged, 2 rejected" in errors) == (3, True), errors
    assert [await commands.dispatched(number) for number in commands.numbers] == dispatched
    code, _, errors = await commands.run("import", "velotel", commands.outcomes(*good))
    assert (code, "0 applied, 2 unchanged, 0 rejected" in errors) == (0, True), errors


async def test_a_closed_ticket_is_reported(commands: CommandLine) -> None:
    """A lost ticket is not closed: it handles the outcome when it is resumed."""
    ended, lost, _ = commands.numbers
    for number in (ended, lost):
        await commands.client.get_workflow_handle(number).terminate()
    async with (
        Database.connect(commands.environment["DATABASE_URL"]) as database,
        database.transaction() as stored,
    ):
        await stored.execute("update tickets set state = 'withdrawn' where number = $1", ended)
    file = commands.outcomes(f"{ended};confirmed;;;", f"{lost};confirmed;;;")
    code, out, errors = await commands.run("import", "velotel", file)
    assert (code, out.startswith("line 2: ticket_closed: ")) == (3, True)
    assert "1 applied, 0 unchanged, 1 rejected" in errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["export", "nobody"], "no partner 'nobody'"),
        (["export", "velotel", "--again", "7"], "no export 7 of velotel"),
        (["import", "velotel", "gone.csv"], "gone.csv"),
        (["import", "velotel", "README.md"], "malformed: header: expected a column number"),
        (["import", "velotel"], "required: file"),
    ],
)
async def test_a_wrong_call_exits_with_2_and_the_reason(
    commands: CommandLine, arguments: list[str], expected: str
) -> None:
    code, out, errors = await commands.run(*arguments)
    assert (code, out) == (2, "")
    assert expected in errors
    assert "Traceback" not in errors
