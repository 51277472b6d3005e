"""Random signals and updates to tickets, for `test_restarts.py`."""

import contextlib
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.concurrent_tickets import ConcurrentTicket

# Most tickets must live long enough to meet the others at the order's reward.
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
    env: TicketEnvironment, member: ConcurrentTicket, chance: Random
) -> None:
    """Let the ticket's partner, or the platform's tracking, say something; maybe to nobody."""
    env.number, what = member.number, chance.choice(SIGNALS)
    with ignoring_closed_tickets():
        match what:
            case "nothing":
                return
            case "reward_registered":
                await env.signal(what, {"reward_id": f"rew-{member.number}"})
            case "repeated":
                what = chance.choice(["confirmed", "order_cancelled", "information_requested"])
                await env.send_outcome(what, outcome_id="evt-once")
            case _:
                fields = {"outcome_id": "evt-once"} if chance.random() < 0.5 else {}
                await env.send_outcome(what, **fields)


async def send_random_update(
    env: TicketEnvironment, member: ConcurrentTicket, chance: Random
) -> None:
    """Let the member answer or withdraw, or an agent decide; mostly when it is not possible."""
    env.number, what = member.number, chance.choice(UPDATES)
    contents: dict[str, dict[str, Any]] = {
        "provide_information": {"answers": {"order_number": member.order}, "note": "see there"},
        "decide": {"outcome": chance.choice(["confirmed", "rejected"]), "reason_code": "other"},
        "withdraw": {"reason": "never mind"},
    }
    if what in contents:
        with ignoring_closed_tickets():
            await env.send_update(what, **contents[what])


@contextlib.contextmanager
def ignoring_closed_tickets() -> Iterator[None]:
    """A ticket may have ended, or may not allow what is asked."""
    try:
        yield
    except WorkflowUpdateFailedError:
        return
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
