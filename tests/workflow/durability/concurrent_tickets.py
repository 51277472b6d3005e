"""Tickets of several accounts for the same orders, for `test_restarts.py`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment

ORDERS: Final = 2
_ids: Final = count(1)


@dataclass(frozen=True)
class ConcurrentTicket:
    """One ticket: its number, and the order that it claims or that its member answers with."""

    number: str
    order: str


async def file_concurrent_claims(env: TicketEnvironment) -> list[ConcurrentTicket]:
    """File three claims for each order; the third names another order by mistake."""
    tickets = []
    for order in [an_order() for _ in range(ORDERS)]:
        tickets += await file_claims(env, order, times=2)
        mistaken = (await file_claims(env, an_order(), times=1))[0]
        tickets.append(ConcurrentTicket(mistaken.number, order))
    return tickets


async def file_claims(env: TicketEnvironment, order: str, times: int) -> list[ConcurrentTicket]:
    """File a claim for an order of this moment from each of so many accounts."""
    filed = []
    for _ in range(times):
        now: dict[str, Any] = {"ordered_on": None, "ordered_at": datetime.now(UTC).isoformat()}
        result = await env.file(account=f"acc-{next(_ids)}", order=order, **now)
        assert result.status in ("accepted", "held")
        filed.append(ConcurrentTicket(result.number, order))
    return filed
