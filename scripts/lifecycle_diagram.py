"""The map of `lifecycle.py` as a page: a table and a Mermaid diagram, drawn from its arrows.

`.venv/bin/python -m scripts.lifecycle_diagram > docs/lifecycle.md` writes the page anew.
"""

from collections.abc import Iterable
from typing import Final

from domain.tickets.emails import email_for_transition
from domain.tickets.lifecycle import FINAL, TRANSITIONS, Event, State

_PAGE: Final = """\
# The life of a ticket

Drawn from `ARROWS` in `domain/tickets/lifecycle.py` with
`.venv/bin/python -m scripts.lifecycle_diagram > docs/lifecycle.md`; a test compares the two. An
arrow says what is possible. Which of several an event takes is decided in
`domain/tickets/ticket_aggregate.py`, `domain/handlers/partner_outcomes.py` and
`domain/handlers/commands.py`; a message without an arrow from where the ticket stands moves
nothing.

Final states: {final}.

The answer to a claim that is not accepted goes to its caller; only when it took longer than ten
seconds does the member get the letter `claim_not_accepted` as well.

## Diagram

```mermaid
{drawing}
```

## Table

| event | from | to | letter to the member |
|---|---|---|---|
{rows}
"""


def diagram() -> str:
    """Return the whole page in Markdown."""
    final = ", ".join(f"`{state}`" for state in State if state in FINAL)
    return _PAGE.format(final=final, drawing="\n".join(_drawing()), rows="\n".join(_rows()))


def _drawing() -> Iterable[str]:
    """Yield the diagram: one arrow per pair of states, with every event that takes it."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.CREATED}"
    taken: dict[tuple[State, State], list[Event]] = {}
    for event, source, target in TRANSITIONS:
        taken.setdefault((source, target), []).append(event)
    for (source, target), events in taken.items():
        yield f"    {source} --> {target}: {', '.join(events)}"
    for state in State:
        if state in FINAL:
            yield f"    {state} --> [*]"


def _rows() -> Iterable[str]:
    """Yield the table: one row per event, target and letter, with every state it starts from."""
    rows: dict[tuple[Event, State, str], list[State]] = {}
    for event, source, target in TRANSITIONS:
        letter = email_for_transition(event, source, target)
        earned = f"`{letter}`" if letter else "none"
        rows.setdefault((event, target, earned), []).append(source)
    for (event, target, earned), sources in rows.items():
        starts = ", ".join(f"`{source}`" for source in sources)
        yield f"| `{event}` | {starts} | `{target}` | {earned} |"


if __name__ == "__main__":
    print(diagram(), end="")
