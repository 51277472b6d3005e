"""Tickets of several accounts that claim the same orders, for `test_restarts.py`."""

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
    """One ticket: its number, and the order that it is about, or gets by an answer."""

    number: str
    order: str


async def file_concurrent_claims(env: TicketEnvironment) -> list[ConcurrentTicket]:
    """File claims: two accounts claim each order, a third one first claims another by a slip."""
    tickets = []
    for order in [an_order() for _ in range(ORDERS)]:
        tickets += await file_claims(env, order, times=2)
        slip = (await file_claims(env, an_order(), times=1))[0]
        tickets.append(ConcurrentTicket(slip.number, order))
    return tickets


async def file_claims(env: TicketEnvironment, order: str, times: int) -> list[ConcurrentTicket]:
    """Let so many accounts claim an order of now."""
    filed = []
    for _ in range(times):
        now: dict[str, Any] = {"ordered_on": None, "ordered_at": datetime.now(UTC).isoformat()}
        answer = await env.file(account=f"acc-{next(_ids)}", order=order, **now)
        assert answer.status in ("accepted", "held")
        filed.append(ConcurrentTicket(answer.number, order))
    return filed
