"""Checks of closed tickets, for `test_restarts.py`."""

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

PERIOD_ENDED: Final = {"cancellation_ends_on": "2026-01-01"}


async def wait_for_final_row(env: TicketEnvironment, ticket: ConcurrentTicket) -> Row:
    """Wait until the ticket is closed; decide as an agent if it needs attention. Return its row."""

    async def decide_and_read() -> Row:
        env.number = ticket.number
        row = await env.row()
        if row["attention"] and not State(row["state"]).is_final:
            forty = {"amount": "40.00", "currency": "PLN"}
            with ignoring_closed_tickets():
                await env.send_update("decide", outcome="confirmed", note="last word", reward=forty)
        return row

    return await wait_until(decide_and_read, lambda row: State(row["state"]).is_final)


async def check_consistency(
    env: TicketEnvironment, ticket: ConcurrentTicket, row: Row, grants: Counter[str]
) -> None:
    """Check that its transitions are allowed and complete, that each e-mail was sent once, and that
    its workflow, its row and the grants agree.
    """
    env.number = ticket.number
    outcome = await env.wait_until_closed()
    granted = outcome.granted_amount is not None
    assert (outcome.state, outcome.reason_code) == (row["state"], row["reason_code"])
    assert grants[ticket.number] == int(granted) == int(row["granted_amount"] is not None)
    rows = await env.rows("ticket_transitions", "seq")
    transitions = [
        (Event(one["event"]), State(one["from_state"]), State(one["to_state"])) for one in rows
    ]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert set(transitions) <= set(TRANSITIONS)
    assert [from_state for _, from_state, _ in transitions] == [
        State.CREATED,
        *[to for *_, to in transitions],
    ][:-1]
    expected = [email_for_transition(*transition) for transition in transitions]
    await env.wait_for_emails(*[str(email) for email in expected if email])
