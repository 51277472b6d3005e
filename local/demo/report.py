"""The table of a demonstration: how each scenario ended, and what was expected."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.demo import checks
from local.demo.checks import Observations
from local.demo.event_checks import check_events
from local.demo.runner import ScenarioResult

MAX_NAME_LENGTH: Final = 24
COLUMNS: Final = ("request", "member", "partner", "number", "expected", "ended as", "")


def report(results: Sequence[ScenarioResult], observations: Observations, console: Console) -> int:
    """Print the table and what it comes to; 0 if all is as expected."""
    table = Table(*COLUMNS, title="Example claims", title_justify="left")
    wrong = 0
    for one in results:
        found = checks.check_scenario(one, observations)
        wrong += bool(found)
        table.add_row(*_table_row(one, found))
    console.print(table)
    faults = checks.check_grants([one.scenario.row for one in results], observations.grants)
    faults += check_events(results, observations)
    for fault in faults:
        console.print(Text(fault, style="red"))
    console.print(f"{len(observations.events)} transitions, {len(observations.webhooks)} webhooks")
    count = len(results)
    console.print(f"{count} claims, {count - wrong} ended as expected, {wrong} not")
    return 1 if wrong or faults else 0


def _table_row(one: ScenarioResult, found: Sequence[str]) -> list[Text]:
    """The cells of one example; Text, because members' names are hostile."""
    row = one.scenario.row
    codes = sorted({reason.code for reason in one.admission.reasons} if one.admission else ())
    reason = one.outcome.reason_code if one.outcome else None
    verdict = Text("; ".join(found), style="red") if found else Text("ok", style="green")
    return [
        Text(row.request_key + (" (again)" if one.scenario.repeats else "")),
        Text(_shown(row.member_name)),
        Text(row.partner_id),
        Text(row.number),
        Text(_end(row.expected_state, row.expected_reason, row.expected_codes)),
        Text(_end(one.state, reason, codes)),
        verdict,
    ]


def _end(state: str | None, reason: str | None, codes: Sequence[str]) -> str:
    """`rejected (no_answer)`; field names of incomplete forms are left out."""
    why = reason or ", ".join(dict.fromkeys(code.partition(":")[0] for code in codes))
    return f"{state or 'not ended'} ({why})" if why else f"{state or 'not ended'}"


def _shown(name: str) -> str:
    """A name that can do nothing to a terminal."""
    plain = "".join(c if c.isprintable() else "·" for c in name)
    return plain if len(plain) <= MAX_NAME_LENGTH else plain[: MAX_NAME_LENGTH - 1] + "…"
