"""Claims behind the signed links of partners, and the outcomes submitted there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from domain.claims.claim_to_deliver import ClaimToDeliver
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.stored import read_stored


class LinkedClaimRow(ClaimToDeliver):
    """A partner's claim with its ticket's state, the member's language, the stored rules of its
    admission, the promised reward, and the number of questions so far.
    """

    state: str
    language: str
    rules: dict[str, Any]
    promised_amount: Decimal | None
    promised_currency: str | None
    questions: int


@dataclass(frozen=True)
class LinkedOutcome:
    """An outcome that the partner submitted by link; `code` says why it changed nothing."""

    outcome: PartnerOutcome
    received_at: datetime
    code: str | None


async def get_linked_claim(
    database: Database, partner_id: str, number: str
) -> LinkedClaimRow | None:
    """Return a partner's claim; `None` for a number that it does not have."""
    row = await database.fetch_row(QUERIES.get_linked_claim, partner_id=partner_id, number=number)
    return read_stored(LinkedClaimRow, row) if row else None


@repeat_after_migration
async def list_outcomes_by_link(
    database: Database, partner_id: str, number: str
) -> list[LinkedOutcome]:
    """Return the outcomes that the partner submitted by link for a ticket, oldest first."""
    async with database.transaction() as connection:
        rows = QUERIES.list_outcomes_by_link(connection, partner_id=partner_id, number=number)
        return [
            LinkedOutcome(
                read_stored(PartnerOutcome, row["outcome"]), row["received_at"], row["code"]
            )
            async for row in rows
        ]
