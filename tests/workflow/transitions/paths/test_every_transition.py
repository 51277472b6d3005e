"""Every transition of the table, made by a real ticket: the stored transition, its e-mail, and the
row and search attributes afterwards (docs/lifecycle.md).

The paths are in `transition_paths.py`.
"""

import pytest

from adapters.postgres.decisions.grants import list_grants
from domain.tickets.changes.emails import email_for_transition
from domain.tickets.states import FINAL, Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.stored_ticket import Row
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.transitions.paths.transition_paths import (
    PARTNER_SILENT,
    TRANSITION_PATHS,
    TransitionKey,
)


def test_every_transition_has_a_path_and_every_path_a_transition() -> None:
    """One table holds all transitions, so one without a test fails here."""
    assert set(TRANSITION_PATHS) == set(TRANSITIONS)


def _transition_text(transition: TransitionKey) -> str:
    event, start, to = transition
    return f"{event}: {start} → {to}"


async def wait_for_transition(env: TicketEnvironment, transition: TransitionKey) -> Row:
    """Wait for the transition and check all stored transitions; return the ticket's row."""
    await wait_until(
        env.transitions, lambda transitions: transitions[-1:] == [_transition_text(transition)]
    )
    rows = await env.rows("ticket_transitions", "seq")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    states = [State.CREATED, *[row["to_state"] for row in rows]]
    assert [row["from_state"] for row in rows] == states[:-1]
    return await env.row()


async def expected_emails(env: TicketEnvironment) -> list[str]:
    """The e-mails of the ticket's transitions, in order."""
    return [
        str(email)
        for row in await env.rows("ticket_transitions", "seq")
        if (
            email := email_for_transition(
                Event(row["event"]), State(row["from_state"]), State(row["to_state"])
            )
        )
    ]


async def check_closed(env: TicketEnvironment, row: Row, granted: bool) -> None:
    """Check that the result equals the row, and that there is a grant only if one was due."""
    outcome = await env.wait_until_closed()
    end = (outcome.state, outcome.reason_code, outcome.granted_amount is not None)
    assert end == (row["state"], row["reason_code"], granted)
    grants = [grant.number for grant in await list_grants(env.database)]
    assert (env.number in grants) is granted


@pytest.mark.parametrize("transition", TRANSITIONS, ids=_transition_text)
async def test_a_transition_sends_its_email_and_updates_row_and_attributes(
    open_env: EnvironmentFactory, transition: TransitionKey
) -> None:
    """R20-R36: members, agents and operators see each transition."""
    path, (event, _, to) = TRANSITION_PATHS[transition], transition
    async with open_env(velotel=path.velotel) as env:
        await path.start(env)
        await path.action(env)
        row = await wait_for_transition(env, transition)
        assert (row["state"], tuple(row["attention"])) == (to, path.attention)
        assert (row["due_at"] is None) is (to in FINAL or PARTNER_SILENT in path.attention)
        assert (row["reason_code"] is not None) is (to in (State.REJECTED, State.DISCARDED))
        fields = {"DueAt": row["due_at"], "Attention": row["attention"]}
        await env.wait_for_attributes(
            State=to, **{name: value for name, value in fields.items() if value}
        )
        await env.wait_for_emails(*(await expected_emails(env))[path.lost_emails :])
        if to in FINAL:
            granted = (event, to) == (Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED)
            await check_closed(env, row, granted)
