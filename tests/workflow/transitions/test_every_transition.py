"""Every arrow of the map, each followed by a real ticket: the move, the letter that it earns, the
row and the search attributes that it leaves (product.md, "The life of a ticket").

The ways there stand in `ways.py`. What else is true of a path: `test_arrows.py`,
`test_beginnings.py`, `test_questions.py`, `test_money.py`.
"""

import pytest

from adapters.postgres.grants import list_grants
from domain.tickets.emails import email_for_transition
from domain.tickets.lifecycle import FINAL, TRANSITIONS, Event, State
from tests.support.environment import Row, TicketEnvironment, wait_until
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.transitions.transition_paths import SILENCE, TRANSITION_PATHS, TransitionKey


def test_every_arrow_has_its_way_and_every_way_its_arrow() -> None:
    """Rule 1: one table holds all arrows, so an arrow without a test is noticed here."""
    assert set(TRANSITION_PATHS) == set(TRANSITIONS)


def _named(transition: TransitionKey) -> str:
    event, start, to = transition
    return f"{event}: {start} → {to}"


async def has_moved(env: TicketEnvironment, transition: TransitionKey) -> Row:
    """Wait for the move; return the row it leaves, after a look at the history that led there."""
    await wait_until(env.transitions, lambda moves: moves[-1:] == [_named(transition)])
    moves = await env.rows("ticket_transitions", "seq")
    assert [move["seq"] for move in moves] == list(range(1, len(moves) + 1))
    places = [State.CREATED, *[move["to_state"] for move in moves]]
    assert [move["from_state"] for move in moves] == places[:-1]
    return await env.row()


async def letters_earned(env: TicketEnvironment) -> list[str]:
    """The letters that the ticket's moves have earned, in order."""
    return [
        str(letter)
        for move in await env.rows("ticket_transitions", "seq")
        if (
            letter := email_for_transition(
                Event(move["event"]), State(move["from_state"]), State(move["to_state"])
            )
        )
    ]


async def is_over(env: TicketEnvironment, row: Row, granted: bool) -> None:
    """The workflow ends as the row says, and the books hold a grant only where one was earned."""
    outcome = await env.wait_until_closed()
    end = (outcome.state, outcome.reason_code, outcome.granted_amount is not None)
    assert end == (row["state"], row["reason_code"], granted)
    grants = [grant["number"] for grant in await list_grants(env.postgres)]
    assert (env.number in grants) is granted


@pytest.mark.parametrize("arrow", TRANSITIONS, ids=_named)
async def test_an_arrow_earns_its_letter_writes_its_row_and_leaves_its_attributes(
    open_env: EnvironmentFactory, transition: TransitionKey
) -> None:
    """R20-R36: what a member, an agent and an operator see of each move."""
    path, (event, _, to) = TRANSITION_PATHS[transition], transition
    async with open_env(velotel=path.velotel) as env:
        await path.begin(env)
        await path.act(env)
        row = await has_moved(env, transition)
        assert (row["state"], tuple(row["attention"])) == (to, path.attention)
        assert (row["due_at"] is None) is (to in FINAL or SILENCE in path.attention)
        assert (row["reason_code"] is not None) is (to in (State.REJECTED, State.DISCARDED))
        told = {"DueAt": row["due_at"], "Attention": row["attention"]}
        await env.wait_for_attributes(
            State=to, **{name: value for name, value in told.items() if value}
        )
        await env.wait_for_emails(*(await letters_earned(env))[path.lost :])
        if to in FINAL:
            granted = (event, to) == (Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED)
            await is_over(env, row, granted)
