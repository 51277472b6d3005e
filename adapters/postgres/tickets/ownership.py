"""What the gateway must know of a number before it sends a command."""

from collections.abc import Collection

from adapters.postgres.database import QUERIES, Database
from domain.admission.admission import Admission
from domain.values.stored import read_stored


async def get_admission(database: Database, number: str) -> Admission | None:
    """Return what was decided on the claim of this number, if anything was."""
    row = await database.fetch_row(QUERIES.get_admission, number=number)
    return read_stored(Admission, row["admission"]) if row else None


async def is_owned_by(database: Database, number: str, account_ids: Collection[str]) -> bool:
    """Say whether the number is a ticket of one of these accounts. An unknown number and another
    account's ticket take the same time.
    """
    accounts = sorted(account_ids)
    return bool(
        await database.fetch_value(QUERIES.ticket_is_owned_by, number=number, account_ids=accounts)
    )
