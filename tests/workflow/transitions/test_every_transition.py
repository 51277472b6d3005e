"""Every arrow of the map, each followed by a real ticket: the move, the letter that it earns, the
row and the search attributes that it leaves (product.md, "The life of a ticket").

The ways there stand in `ways.py`. What else is true of a path: `test_arrows.py`,
`test_beginnings.py`, `test_questions.py`, `test_money.py`.
"""

import pytest

from adapters.postgres.grants import list_grants
from domain.tickets.emails import letter_earned
from domain.tickets.lifecycle import ARROWS, FINAL, Event, State
from tests.support.environment import Row, Stage, until
from tests.workflow.conftest import SetUp
from tests.workflow.transitions.transition_paths import SILENCE, WAYS, Arrow


def test_every_arrow_has_its_way_and_every_way_its_arrow() -> None:
    """Rule 1: one table holds all arrows, so an arrow without a test is noticed here."""
    assert set(WAYS) == set(ARROWS)


def _named(arrow: Arrow) -> str:
    event, start, to = arrow
    return f"{event}: {start} → {to}"


async def has_moved(stage: Stage, arrow: Arrow) -> Row:
    """Wait for the move; return the row it leaves, after a look at the history that led there."""
    await until(stage.moves, lambda moves: moves[-1:] == [_named(arrow)])
    moves = await stage.rows("moves", "seq")
    assert [move["seq"] for move in moves] == list(range(1, len(moves) + 1))
    places = [State.CREATED, *[move["to_state"] for move in moves]]
    assert [move["from_state"] for move in moves] == places[:-1]
    return await stage.row()


async def letters_earned(stage: Stage) -> list[str]:
    """The letters that the ticket's moves have earned, in order."""
    return [
        str(letter)
        for move in await stage.rows("moves", "seq")
        if (
            letter := letter_earned(
                Event(move["event"]), State(move["from_state"]), State(move["to_state"])
            )
        )
    ]


async def is_over(stage: Stage, row: Row, granted: bool) -> None:
    """The workflow ends as the row says, and the books hold a grant only where one was earned."""
    outcome = await stage.ended()
    end = (outcome.state, outcome.reason_code, outcome.granted is not None)
    assert end == (row["state"], row["reason_code"], granted)
    grants = [grant["number"] for grant in await list_grants(stage.postgres)]
    assert (stage.number in grants) is granted


@pytest.mark.parametrize("arrow", ARROWS, ids=_named)
async def test_an_arrow_earns_its_letter_writes_its_row_and_leaves_its_attributes(
    staged: SetUp, arrow: Arrow
) -> None:
    """R20-R36: what a member, an agent and an operator see of each move."""
    way, (event, _, to) = WAYS[arrow], arrow
    async with staged(velotel=way.velotel) as stage:
        await way.begin(stage)
        await way.act(stage)
        row = await has_moved(stage, arrow)
        assert (row["state"], tuple(row["attention"])) == (to, way.attention)
        assert (row["due_at"] is None) is (to in FINAL or SILENCE in way.attention)
        assert (row["reason_code"] is not None) is (to in (State.REJECTED, State.DISCARDED))
        told = {"DueAt": row["due_at"], "Attention": row["attention"]}
        await stage.shows(State=to, **{name: value for name, value in told.items() if value})
        await stage.got_letters(*(await letters_earned(stage))[way.lost :])
        if to in FINAL:
            granted = (event, to) == (Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED)
            await is_over(stage, row, granted)
