"""What must be true of every ticket in the end, for `test_restarts.py`."""

from collections import Counter
from typing import Final

from domain.tickets.changes.emails import email_for_transition
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.stored_ticket import Row
from tests.workflow.durability.concurrent_tickets import ConcurrentTicket
from tests.workflow.durability.random_messages import ignoring_closed_tickets

OVER: Final = {"cancellation_ends_on": "2026-01-01"}


async def wait_for_final_row(env: TicketEnvironment, member: ConcurrentTicket) -> Row:
    """Wait for the clocks; where a person is asked for, one decides. Return the ticket's row."""

    async def look() -> Row:
        env.number = member.number
        row = await env.row()
        if row["attention"] and not State(row["state"]).is_final:
            forty = {"amount": "40.00", "currency": "PLN"}
            with ignoring_closed_tickets():
                await env.send_update("decide", outcome="confirmed", note="last word", reward=forty)
        return row

    return await wait_until(look, lambda row: State(row["state"]).is_final)


async def check_consistency(
    env: TicketEnvironment, member: ConcurrentTicket, row: Row, grants: Counter[str]
) -> None:
    """Its transitions are allowed and without gaps, its e-mails were sent once each, and its
    workflow, its row and the grants agree.
    """
    env.number = member.number
    outcome = await env.wait_until_closed()
    granted = outcome.granted_amount is not None
    assert (outcome.state, outcome.reason_code) == (row["state"], row["reason_code"])
    assert grants[member.number] == int(granted) == int(row["granted_amount"] is not None)
    rows = await env.rows("ticket_transitions", "seq")
    transitions = [(Event(m["event"]), State(m["from_state"]), State(m["to_state"])) for m in rows]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert set(transitions) <= set(TRANSITIONS)
    assert [start for _, start, _ in transitions] == [
        State.CREATED,
        *[to for *_, to in transitions],
    ][:-1]
    earned = [email_for_transition(*transition) for transition in transitions]
    await env.wait_for_emails(*[str(email) for email in earned if email])
