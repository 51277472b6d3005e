"""Claims that wait for a partner's file, and the exports that were made of them.

A claim is marked as exported before its file is written. Until the file is known to be there, the
next export is that one again, so a crash in between loses nothing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.postgres.database import QUERIES, Postgres


@dataclass(frozen=True)
class Export:
    """One file's worth of claims; `answers` names the answers that have a column, in their order.

    `begun_before`: it was begun earlier, and nobody knows of a file.
    """

    export_id: int
    answers: tuple[str, ...]
    begun_before: bool = False


async def hand_over(
    postgres: Postgres, partner_id: str, purpose: str, claim: Mapping[str, Any]
) -> None:
    """Let `claim` (as contract.md writes it) wait for the partner's next export; once a purpose."""
    keys = {"number": claim["number"], "purpose": purpose, "partner_id": partner_id}
    await postgres.run("hand_over", **keys, claim=claim)


async def next_export(postgres: Postgres, partner_id: str, answers: Sequence[str]) -> Export | None:
    """Mark all claims that wait as exported, or return the export whose file was never finished.

    `None` where nothing waits. Claims of tickets that have ended meanwhile stay behind.
    """
    whose = {"partner_id": partner_id}
    async with postgres.transaction() as connection:
        await QUERIES.lock_name(connection, name=f"export|{partner_id}")
        begun = await QUERIES.unwritten_export(connection, **whose)
        if begun is None:
            if not await QUERIES.waits_for_export(connection, **whose):
                return None
            made = await QUERIES.new_export(connection, **whose, answer_columns=list(answers))
            await QUERIES.fill_export(connection, **whose, export_id=made)
            return Export(made, tuple(answers))
    found = await made_export(postgres, partner_id, begun)
    return Export(found.export_id, found.answers, begun_before=True) if found else None


async def made_export(postgres: Postgres, partner_id: str, export_id: int) -> Export | None:
    """Return an export that was made before; none of another partner."""
    row = await postgres.one("export_made", partner_id=partner_id, export_id=export_id)
    return Export(export_id, tuple(row["answer_columns"])) if row else None


async def exported_claims(
    postgres: Postgres, export: Export
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield purpose and claim, a few at a time, always in the same order; those of tickets that
    have ended are gone.
    """
    async with postgres.transaction() as connection:
        async for row in QUERIES.exported_claims(connection, export_id=export.export_id):
            yield row["purpose"], row["claim"]


async def export_written(postgres: Postgres, export: Export) -> None:
    """Note that the file is there."""
    await postgres.run("export_written", export_id=export.export_id)
