"""Claims that wait for a partner's next file, and the exports made of them.

Claims are marked as exported before their file is written. Until the file is recorded as written,
the next export repeats this one, so that a crash in between loses nothing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.postgres.database import QUERIES, Database, repeat_after_migration


@dataclass(frozen=True)
class Export:
    """The claims of one file; `answer_columns` names the answers that have a column, in order.

    `is_resumed`: an earlier attempt did not record that its file was written.
    """

    export_id: int
    answer_columns: tuple[str, ...]
    is_resumed: bool = False


@dataclass(frozen=True)
class ExportedClaim:
    """A claim for a partner, as docs/contract.md writes it, and why it is sent."""

    purpose: str
    claim: Mapping[str, Any]


async def enqueue_claim(
    database: Database, partner_id: str, purpose: str, claim: Mapping[str, Any]
) -> None:
    """Queue `claim` (as docs/contract.md writes it) for the partner's next export, once per
    purpose.
    """
    keys = {"number": claim["number"], "purpose": purpose, "partner_id": partner_id}
    await database.execute(QUERIES.enqueue_claim, **keys, claim=claim)


@repeat_after_migration
async def start_export(
    database: Database, partner_id: str, answer_columns: Sequence[str]
) -> Export | None:
    """Mark all waiting claims as exported, or return the export whose file was never finished.

    Returns `None` if no claim waits. Claims of tickets that were closed meanwhile are left out.
    """
    whose = {"partner_id": partner_id}
    async with database.transaction() as connection:
        await QUERIES.advisory_lock(connection, name=f"export|{partner_id}")
        begun = await QUERIES.find_unfinished_export(connection, **whose)
        if begun is None:
            if not await QUERIES.has_claims_to_export(connection, **whose):
                return None
            made = await QUERIES.insert_export(
                connection, **whose, answer_columns=list(answer_columns)
            )
            await QUERIES.assign_claims_to_export(connection, **whose, export_id=made)
            return Export(made, tuple(answer_columns))
    found = await get_export(database, partner_id, begun)
    return Export(found.export_id, found.answer_columns, is_resumed=True) if found else None


async def get_export(database: Database, partner_id: str, export_id: int) -> Export | None:
    """Return an export that was made before; none of another partner."""
    row = await database.fetch_row(QUERIES.get_export, partner_id=partner_id, export_id=export_id)
    return Export(export_id, tuple(row["answer_columns"])) if row else None


async def iter_exported_claims(database: Database, export: Export) -> AsyncIterator[ExportedClaim]:
    """Yield the claims of an export in a fixed order, without those of closed tickets."""
    async with database.transaction() as connection:
        async for row in QUERIES.iter_exported_claims(connection, export_id=export.export_id):
            yield ExportedClaim(row["purpose"], row["claim"])


async def mark_export_written(database: Database, export: Export) -> None:
    """Note that the file is there."""
    await database.execute(QUERIES.mark_export_written, export_id=export.export_id)
