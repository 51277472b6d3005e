"""Claims behind the signed links of partners, and the outcomes given there."""

from datetime import datetime
from typing import Any

from adapters.postgres.database import QUERIES, Database
from domain.tickets.messages.signals import PartnerOutcome


async def get_linked_claim(
    database: Database, partner_id: str, number: str
) -> dict[str, Any] | None:
    """Return a partner's claim as `claim_to_deliver` does, with its ticket's `state`, the member's
    `language`, the `rules` of its admission and how many `questions` were asked; `None` for none.
    """
    return await database.fetch_row(QUERIES.get_linked_claim, partner_id=partner_id, number=number)


async def list_outcomes_by_link(
    database: Database, partner_id: str, number: str
) -> list[tuple[PartnerOutcome, datetime, str | None]]:
    """Return what the partner answered by link about a ticket, with the moment and the code."""
    async with database.transaction() as connection:
        rows = QUERIES.list_outcomes_by_link(connection, partner_id=partner_id, number=number)
        return [
            (PartnerOutcome.model_validate(row["outcome"]), row["received_at"], row["code"])
            async for row in rows
        ]
