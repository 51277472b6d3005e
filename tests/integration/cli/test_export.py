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


class Office:
    """The database, and a partner who is served by files."""

    def __init__(self, database: Database, calls: ClaimDelivery, folder: Path) -> None:
        self.database = database
        self.store = TicketStore(database)
        self.calls = calls
        self.file = folder / "claims.csv"

    async def claim(self, order: str, purpose: str = "claim") -> str:
        """File a claim and deliver it; return its number."""
        number = (await self.store.file(order)).result.number
        await self.deliver(number, purpose)
        return number

    async def deliver(self, number: str, purpose: str = "claim") -> None:
        """Deliver a claim through the activity."""
        await self.calls.deliver(
            DeliveryRequest(number=number, partner_id="velotel", purpose=purpose)
        )

    async def export(self, again: int | None = None) -> list[dict[str, str]]:
        """Export to the file; return its rows."""
        assert await export(self.database, PROFILE.rules, self.file, again) == 0
        text = self.file.read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_client({}) as client:
        calls = ClaimDelivery(
            database, {"velotel": PROFILE}, client, PartnerLimiter(time.monotonic)
        )
        opened = Office(database, calls, tmp_path)
        await opened.store.open_account()
        yield opened


async def test_a_claim_is_exported_with_the_fields_of_its_form(office: Office) -> None:
    number = await office.claim("=VT-1")
    (row,) = await office.export()
    assert (row["number"], row["purpose"], row["kind"]) == (number, "claim", "missing_cashback")
    assert row["answers.order_number"] == "'=VT-1"
    assert "answers.contract_started_on" in row
    assert "jan@example.com" not in office.file.read_text()


async def test_an_export_is_its_owners_alone(office: Office) -> None:
    """Whatever the umask, and whatever the permissions of a file that existed before."""
    office.file.write_text("old")
    office.file.chmod(0o666)
    before = os.umask(0)
    try:
        await office.claim("VT-1")
        await office.export()
    finally:
        os.umask(before)
    assert office.file.stat().st_mode & 0o777 == 0o600
    assert "VT-1" in office.file.read_text()


async def test_each_claim_is_exported_once_and_each_purpose(office: Office) -> None:
    first = await office.claim("VT-1")
    await office.deliver(first)
    assert [row["number"] for row in await office.export()] == [first]
    second = await office.claim("VT-2")
    await office.deliver(first, "reminder-1")
    rows = [(row["number"], row["purpose"]) for row in await office.export()]
    assert rows == [(second, "claim"), (first, "reminder-1")]
    assert await office.export() == []


async def test_a_repeated_export_is_the_same_file(office: Office, capsys: Capture) -> None:
    await office.claim("VT-1")
    await office.export()
    before = office.file.read_bytes()
    assert "export 1: 1 claims" in capsys.readouterr().err
    await office.claim("VT-2")
    await office.export()
    await office.export(again=1)
    assert office.file.read_bytes() == before


async def test_a_crash_before_the_file_is_whole_loses_no_claim(office: Office) -> None:
    """The next export is that one again; after it comes what waits since then."""
    first = await office.claim("VT-1")
    assert await start_export(office.database, "velotel", ["order_number"]) == Export(
        1, ("order_number",)
    )
    second = await office.claim("VT-2")
    assert [row["number"] for row in await office.export()] == [first]
    assert [row["number"] for row in await office.export()] == [second]


async def test_a_claim_whose_ticket_has_ended_is_not_exported(office: Office) -> None:
    admission = await office.store.file("VT-1")
    await office.deliver(admission.result.number)
    await office.store.handle(admission, a_withdrawal())
    assert await office.export() == []


async def test_an_exported_claim_is_deleted_when_its_ticket_is_closed(
    office: Office,
) -> None:
    """Exported or not: also a file that is made again holds it no more."""
    exported, waiting = await office.store.file("VT-1"), await office.store.file("VT-2")
    await office.deliver(exported.result.number)
    open_one = await office.claim("VT-3")
    assert len(await office.export()) == 2
    await office.deliver(waiting.result.number)
    for admission in (exported, waiting):
        await office.store.handle(admission, a_withdrawal())
        await office.deliver(admission.result.number, "reminder-1")  # it was under way
    async with office.database.transaction() as connection:
        rows = await connection.fetch("select number from export_items where claim is not null")
    assert [row["number"] for row in rows] == [open_one]
    assert [row["number"] for row in await office.export(again=1)] == [open_one]


async def test_where_nothing_waits_the_file_has_its_header_alone(
    office: Office, capsys: Capture
) -> None:
    assert await office.export() == []
    assert office.file.read_text(encoding="utf-8-sig").startswith('"number";"outcome";')
    assert "nothing waits for velotel" in capsys.readouterr().err


async def test_another_partners_export_cannot_be_repeated(office: Office, capsys: Capture) -> None:
    await office.claim("VT-1")
    await office.export()
    other = a_profile(id="other", channel={"kind": "csv"}).rules
    assert await export(office.database, other, office.file, 1) == 2
    assert "no export 1 of other" in capsys.readouterr().err
