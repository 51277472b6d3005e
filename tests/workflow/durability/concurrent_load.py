"""Crowds around orders: tickets of several accounts that claim the same order, what is said to them
at random, and what must be true of them in the end. For `test_restarts.py`.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any, Final

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.tickets.changes.emails import email_for_transition
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.support.claims import an_order
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.stored_ticket import Row

ORDERS: Final = 2
_ids: Final = count(1)
OVER: Final = {"cancellation_ends_on": "2026-01-01"}
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


@dataclass(frozen=True)
class ConcurrentTicket:
    """One ticket: its number, and the order that it is about, or is moved onto by an answer."""

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
    """Let so many accounts claim an order of this moment."""
    filed = []
    for _ in range(times):
        moment: dict[str, Any] = {"ordered_on": None, "ordered_at": datetime.now(UTC).isoformat()}
        answer = await env.file(account=f"acc-{next(_ids)}", order=order, **moment)
        assert answer.status in ("accepted", "held")
        filed.append(ConcurrentTicket(answer.number, order))
    return filed


async def send_random_signal(
    env: TicketEnvironment, member: ConcurrentTicket, chance: Random
) -> None:
    """Let the ticket's partner, or the platform's tracking, say something; maybe to nobody."""
    env.number, what = member.number, chance.choice(SIGNALS)
    with _ignoring_closed_tickets():
        match what:
            case "nothing":
                return
            case "reward_registered":
                await env.signal(what, {"reward_id": f"rew-{member.number}"})
            case "repeated":
                what = chance.choice(["confirmed", "order_cancelled", "information_requested"])
                await env.send_outcome(what, outcome_id="evt-once")
            case _:
                told = {"outcome_id": "evt-once"} if chance.random() < 0.5 else {}
                await env.send_outcome(what, **told)


async def send_random_update(
    env: TicketEnvironment, member: ConcurrentTicket, chance: Random
) -> None:
    """Let the member answer or withdraw, or an agent decide; most of it comes at a wrong moment."""
    env.number, what = member.number, chance.choice(UPDATES)
    contents: dict[str, dict[str, Any]] = {
        "provide_information": {"answers": {"order_number": member.order}, "note": "see there"},
        "decide": {"outcome": chance.choice(["confirmed", "rejected"]), "reason_code": "other"},
        "withdraw": {"reason": "never mind"},
    }
    if what in contents:
        with _ignoring_closed_tickets():
            await env.send_update(what, **contents[what])


@contextlib.contextmanager
def _ignoring_closed_tickets() -> Iterator[None]:
    """A ticket may have ended, or may not allow what is asked."""
    try:
        yield
    except WorkflowUpdateFailedError:
        return
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def wait_for_final_row(env: TicketEnvironment, member: ConcurrentTicket) -> Row:
    """Wait for the clocks; where a person is asked for, one decides. Return the ticket's row."""

    async def look() -> Row:
        env.number = member.number
        row = await env.row()
        if row["attention"] and not State(row["state"]).is_final:
            forty = {"amount": "40.00", "currency": "PLN"}
            with _ignoring_closed_tickets():
                await env.send_update("decide", outcome="confirmed", note="last word", reward=forty)
        return row

    return await wait_until(look, lambda row: State(row["state"]).is_final)


async def check_consistency(
    env: TicketEnvironment, member: ConcurrentTicket, row: Row, grants: Counter[str]
) -> None:
    """Its moves are gapless and on the map, its letters came once each, and its workflow, its row
    and the grants say the same.
    """
    env.number = member.number
    outcome = await env.wait_until_closed()
    granted = outcome.granted_amount is not None
    assert (outcome.state, outcome.reason_code) == (row["state"], row["reason_code"])
    assert grants[member.number] == int(granted) == int(row["granted_amount"] is not None)
    rows = await env.rows("ticket_transitions", "seq")
    transitions = [(Event(m["event"]), State(m["from_state"]), State(m["to_state"])) for m in rows]
    assert [move["seq"] for move in rows] == list(range(1, len(rows) + 1))
    assert set(transitions) <= set(TRANSITIONS)
    assert [start for _, start, _ in transitions] == [
        State.CREATED,
        *[to for *_, to in transitions],
    ][:-1]
    earned = [email_for_transition(*transition) for transition in transitions]
    await env.wait_for_emails(*[str(letter) for letter in earned if letter])
