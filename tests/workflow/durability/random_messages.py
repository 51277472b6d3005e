"""Random signals and updates to tickets, for `test_restarts.py`."""

import contextlib
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.concurrent_tickets import ConcurrentTicket

# Repeats are weights: most tickets must stay open until several compete for an order's reward.
SIGNALS: Final = [
    *["confirmed"] * 4,
    *["information_requested"] * 3,
    "repeated",
    "rejected",
    "order_cancelled",
    "reward_registered",
    *["nothing"] * 3,
]
UPDATES: Final = [*["provide_information"] * 3, "decide", "withdraw", *["nothing"] * 4]


async def send_random_signal(
    env: TicketEnvironment, ticket: ConcurrentTicket, random: Random
) -> None:
    """Send the ticket an outcome or a registered reward, or nothing."""
    env.number, message = ticket.number, random.choice(SIGNALS)
    with ignoring_closed_tickets():
        match message:
            case "nothing":
                return
            case "reward_registered":
                await env.signal(message, {"reward_id": f"rew-{ticket.number}"})
            case "repeated":
                message = random.choice(["confirmed", "order_cancelled", "information_requested"])
                await env.send_outcome(message, outcome_id="evt-once")
            case _:
                fields = {"outcome_id": "evt-once"} if random.random() < 0.5 else {}
                await env.send_outcome(message, **fields)


async def send_random_update(
    env: TicketEnvironment, ticket: ConcurrentTicket, random: Random
) -> None:
    """Send the ticket an answer, a withdrawal or a decision, allowed or not; or nothing."""
    env.number, message = ticket.number, random.choice(UPDATES)
    contents: dict[str, dict[str, Any]] = {
        "provide_information": {"answers": {"order_number": ticket.order}, "note": "see there"},
        "decide": {"outcome": random.choice(["confirmed", "rejected"]), "reason_code": "other"},
        "withdraw": {"reason": "never mind"},
    }
    if message in contents:
        with ignoring_closed_tickets():
            await env.send_update(message, **contents[message])


@contextlib.contextmanager
def ignoring_closed_tickets() -> Iterator[None]:
    """Ignore that a ticket has closed, or rejects an update."""
    try:
        yield
    except WorkflowUpdateFailedError:
        return
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
