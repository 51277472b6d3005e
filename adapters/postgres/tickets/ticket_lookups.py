"""Look-ups of one ticket for activities."""

from adapters.postgres.database import QUERIES, Database
from domain.claims.claim_to_deliver import ClaimToDeliver
from domain.tickets.changes.request_result import StoredRequestResult
from domain.values.stored import read_stored


async def find_claim_to_deliver(database: Database, number: str) -> ClaimToDeliver | None:
    """Return a ticket's claim with the click of its link, for its partner."""
    row = await database.fetch_row(QUERIES.get_claim_to_deliver, number=number)
    return read_stored(ClaimToDeliver, row) if row else None


async def find_request_result(
    database: Database, number: str, caller: str, request_id: str
) -> StoredRequestResult | None:
    """Return the stored result of a command, if it was handled before."""
    keys = {"number": number, "caller": caller, "request_id": request_id}
    stored = await database.fetch_value(QUERIES.get_request_result, **keys)
    return read_stored(StoredRequestResult, stored) if stored else None
