"""The transition table as a page: a Mermaid diagram and a table of events.

`.venv/bin/python -m scripts.lifecycle_diagram > docs/lifecycle.md` writes the page.
"""

from collections.abc import Iterable
from typing import Final

from domain.tickets.changes.emails import email_for_transition
from domain.tickets.states import FINAL, Event, State
from domain.tickets.transition_table import TRANSITIONS

_PAGE: Final = """\
# Ticket lifecycle

Generated from `TRANSITIONS` in `domain/tickets/transition_table.py` with
`.venv/bin/python -m scripts.lifecycle_diagram > docs/lifecycle.md`; a test compares the two. A
transition in the table is possible; which of several an event makes is decided by
`domain/tickets/aggregate/ticket_aggregate.py`, `domain/handlers/outcomes/partner_outcomes.py` and
`domain/handlers/commands/execution.py`. A message without a transition from the current state is
stored in the message log and changes nothing. The rules are in
[requirements.md](requirements.md#lifecycle).

Final states: {final}.

The caller gets the refusal of a claim as the response; the member also gets the e-mail
`claim_not_accepted`, but only if the refusal took longer than ten seconds.

## Diagram

```mermaid
{drawing}
```

## Table

| event | from | to | e-mail to the member |
|---|---|---|---|
{rows}
"""


def diagram() -> str:
    """Return the whole page in Markdown."""
    final = ", ".join(f"`{state}`" for state in State if state in FINAL)
    return _PAGE.format(final=final, drawing="\n".join(_drawing()), rows="\n".join(_rows()))


def _drawing() -> Iterable[str]:
    """Yield the diagram: one line per pair of states, with every event that takes it."""
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
    """Yield the table: one row per event, target and e-mail, with every state it starts from."""
    rows: dict[tuple[Event, State, str], list[State]] = {}
    for event, source, target in TRANSITIONS:
        email = email_for_transition(event, source, target)
        earned = f"`{email}`" if email else "none"
        rows.setdefault((event, target, earned), []).append(source)
    for (event, target, earned), sources in rows.items():
        starts = ", ".join(f"`{source}`" for source in sources)
        yield f"| `{event}` | {starts} | `{target}` | {earned} |"


if __name__ == "__main__":
    print(diagram(), end="")
