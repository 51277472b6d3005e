"""Claims to a partner by file: each is exported once, and no crash loses one."""

import csv
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.limits.partner_limiter import PartnerLimiter
from adapters.http.webhook_client import open_client
from adapters.postgres.database import Database
from adapters.postgres.partners.exports import Export, start_export
from cli.exchange.export_claims import export
from tests.support.builders import a_profile, a_withdrawal
from tests.support.ticket_store import TicketStore

PROFILE = a_profile(channel={"kind": "csv"})
Capture = pytest.CaptureFixture[str]


class Exporter:
    """Files and delivers claims to a partner with CSV files, and exports them."""

    def __init__(self, database: Database, delivery: ClaimDelivery, folder: Path) -> None:
        self.database = database
        self.store = TicketStore(database)
        self.delivery = delivery
        self.file = folder / "claims.csv"

    async def claim(self, order: str, purpose: str = "claim") -> str:
        """File a claim and deliver it; return its number."""
        number = (await self.store.file(order)).result.number
        await self.deliver(number, purpose)
        return number

    async def deliver(self, number: str, purpose: str = "claim") -> None:
        """Deliver a claim through the activity."""
        await self.delivery.deliver(
            DeliveryRequest(number=number, partner_id="velotel", purpose=purpose)
        )

    async def export(self, again: int | None = None) -> list[dict[str, str]]:
        """Export to the file; return its rows."""
        assert await export(self.database, PROFILE.rules, self.file, again) == 0
        text = self.file.read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
async def exporter(database: Database, tmp_path: Path) -> AsyncIterator[Exporter]:
    async with open_client({}) as client:
        delivery = ClaimDelivery(
            database, {"velotel": PROFILE}, client, PartnerLimiter(time.monotonic)
        )
        exporter = Exporter(database, delivery, tmp_path)
        await exporter.store.register_link()
        yield exporter


async def test_a_claim_is_exported_with_the_fields_of_its_form(exporter: Exporter) -> None:
    number = await exporter.claim("=VT-1")
    (row,) = await exporter.export()
    assert (row["number"], row["purpose"], row["kind"]) == (number, "claim", "missing_cashback")
    assert row["answers.order_number"] == "'=VT-1"
    assert "answers.contract_started_on" in row
    assert "jan@example.com" not in exporter.file.read_text()


async def test_only_its_owner_can_read_an_export(exporter: Exporter) -> None:
    """Whatever the umask, and whatever the permissions of a file that existed before."""
    exporter.file.write_text("old")
    exporter.file.chmod(0o666)
    before = os.umask(0)
    try:
        await exporter.claim("VT-1")
        await exporter.export()
    finally:
        os.umask(before)
    assert exporter.file.stat().st_mode & 0o777 == 0o600
    assert "VT-1" in exporter.file.read_text()


async def test_each_claim_is_exported_once_and_each_purpose(exporter: Exporter) -> None:
    first = await exporter.claim("VT-1")
    await exporter.deliver(first)
    assert [row["number"] for row in await exporter.export()] == [first]
    second = await exporter.claim("VT-2")
    await exporter.deliver(first, "reminder-1")
    rows = [(row["number"], row["purpose"]) for row in await exporter.export()]
    assert rows == [(second, "claim"), (first, "reminder-1")]
    assert await exporter.export() == []


async def test_a_repeated_export_is_the_same_file(exporter: Exporter, capsys: Capture) -> None:
    await exporter.claim("VT-1")
    await exporter.export()
    before = exporter.file.read_bytes()
    assert "export 1: 1 claims" in capsys.readouterr().err
    await exporter.claim("VT-2")
    await exporter.export()
    await exporter.export(again=1)
    assert exporter.file.read_bytes() == before


async def test_a_crash_before_the_file_is_complete_loses_no_claim(exporter: Exporter) -> None:
    """The next export repeats the interrupted one; later claims follow in another."""
    first = await exporter.claim("VT-1")
    assert await start_export(exporter.database, "velotel", ["order_number"]) == Export(
        1, ("order_number",)
    )
    second = await exporter.claim("VT-2")
    assert [row["number"] for row in await exporter.export()] == [first]
    assert [row["number"] for row in await exporter.export()] == [second]


async def test_a_claim_whose_ticket_has_ended_is_not_exported(exporter: Exporter) -> None:
    admission = await exporter.store.file("VT-1")
    await exporter.deliver(admission.result.number)
    await exporter.store.handle(admission, a_withdrawal())
    assert await exporter.export() == []


async def test_an_exported_claim_is_deleted_when_its_ticket_is_closed(
    exporter: Exporter,
) -> None:
    """Exported or not; a repeated export leaves it out, too."""
    exported, pending = await exporter.store.file("VT-1"), await exporter.store.file("VT-2")
    await exporter.deliver(exported.result.number)
    open_one = await exporter.claim("VT-3")
    assert len(await exporter.export()) == 2
    await exporter.deliver(pending.result.number)
    for admission in (exported, pending):
        await exporter.store.handle(admission, a_withdrawal())
        await exporter.deliver(admission.result.number, "reminder-1")  # it was already started
    async with exporter.database.transaction() as connection:
        rows = await connection.fetch("select number from export_items where claim is not null")
    assert [row["number"] for row in rows] == [open_one]
    assert [row["number"] for row in await exporter.export(again=1)] == [open_one]


async def test_without_pending_claims_the_file_has_only_its_header(
    exporter: Exporter, capsys: Capture
) -> None:
    assert await exporter.export() == []
    assert exporter.file.read_text(encoding="utf-8-sig").startswith('"number";"outcome";')
    assert "nothing waits for velotel" in capsys.readouterr().err


async def test_another_partners_export_cannot_be_repeated(
    exporter: Exporter, capsys: Capture
) -> None:
    await exporter.claim("VT-1")
    await exporter.export()
    other = a_profile(id="other", channel={"kind": "csv"}).rules
    assert await export(exporter.database, other, exporter.file, 1) == 2
    assert "no export 1 of other" in capsys.readouterr().err
