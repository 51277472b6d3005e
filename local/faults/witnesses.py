"""What four witnesses say after a run: PostgreSQL, Temporal, the partners' log, the mail catcher;
beside them the platform, which reads the feed and receives webhooks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError

from domain.admission.admission import AdmissionResult
from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from local.demo.connections import Connections
from local.demo.observations import read_records
from local.demo.runner import retry_until_available
from local.faults.claim_driver import rows
from local.faults.planned_claims import PlannedClaim

MAX_CONCURRENT_QUERIES: Final = 20
_TABLES: Final = {
    "tickets": "number, state, reason_code, due_at, attention, partner_id, account_id,"
    " granted_amount, granted_currency",
    "ticket_transitions": "number, seq, event, from_state, to_state, reason_code, actor, at",
    "grants": "number, partner_id, reward_kind, order_key, amount, currency",
    "emails": "number, key, kind, sent_at",
    "partner_outcomes": "number, partner_id, outcome_id, code, acknowledged_at",
    "outcome_outbox": "number",
}


@dataclass(frozen=True)
class WorkflowView:
    """A ticket as Temporal has it; `outcome` if its workflow has ended."""

    status: str
    has_problems: bool
    outcome: TicketOutcome | None = None
    snapshot: TicketSnapshot | None = None


Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Evidence:
    """What all witnesses say about the tickets of the planned claims, and only about these."""

    plans: Mapping[str, PlannedClaim]
    answers: Mapping[str, Sequence[AdmissionResult]]
    refusals: Sequence[str] = ()
    tables: Mapping[str, Rows] = field(default_factory=dict)
    workflows: Mapping[str, WorkflowView] = field(default_factory=dict)
    partner_claims: Rows = ()
    mailbox: Rows = ()
    feed: Rows = ()
    webhooks: Rows = ()

    def by_number(self, table: str) -> dict[str, list[Mapping[str, Any]]]:
        """Return the rows of a table by ticket; every planned ticket has an entry."""
        found: dict[str, list[Mapping[str, Any]]] = {number: [] for number in self.plans}
        for row in self.tables.get(table, ()):
            found.setdefault(row["number"], []).append(row)
        return found

    @property
    def tickets(self) -> dict[str, Mapping[str, Any]]:
        """The tickets' rows, by number."""
        return {row["number"]: row for row in self.tables.get("tickets", ())}


async def question(
    plans: Sequence[PlannedClaim],
    answers: Mapping[str, Sequence[AdmissionResult]],
    refusals: Sequence[str],
    connections: Connections,
) -> Evidence:
    """Ask every witness once, when all is quiet."""
    numbers = {one.number: one for one in plans}
    mailbox = await read_records(connections.mailbox, "/emails.json")
    partner_claims = await read_records(connections.partners, "/claims.json")
    feed = [one for one in await connections.gateway.events() if one["number"] in numbers]
    event_ids = {one["event_id"] for one in feed}
    webhooks = await read_records(connections.platform, "/webhooks.json")
    return Evidence(
        plans=numbers,
        answers={number: answers.get(number, ()) for number in numbers},
        refusals=refusals,
        tables={name: await _table(connections, name, numbers) for name in _TABLES},
        workflows=await _workflows(connections, numbers),
        partner_claims=[one for one in partner_claims if one["number"] in numbers],
        mailbox=[one for one in mailbox if numbers.keys() & {*one["numbers"]}],
        feed=feed,
        webhooks=[
            one
            for one in webhooks
            if one["webhook_id"] in event_ids or one["event"]["number"] in numbers
        ],
    )


async def _table(
    connections: Connections, name: str, numbers: Mapping[str, object]
) -> list[dict[str, Any]]:
    query = f"select {_TABLES[name]} from {name} where number = any($1)"  # noqa: S608
    return await rows(connections, query, list(numbers))


async def _workflows(
    connections: Connections, numbers: Mapping[str, object]
) -> dict[str, WorkflowView]:
    """Return all runs that exist; the last run of each ticket counts."""
    views: dict[str, WorkflowView] = {}
    problems = "TemporalReportedProblems IS NOT NULL"
    failing = {one.id async for one in connections.client.list_workflows(problems)}
    async for listed in connections.client.list_workflows("WorkflowType = 'SupportTicket'"):
        status = listed.status.name if listed.status else "UNKNOWN"
        known = views.get(listed.id)
        if listed.id in numbers and (known is None or known.status == "CONTINUED_AS_NEW"):
            views[listed.id] = WorkflowView(status, listed.id in failing)
    slots = asyncio.Semaphore(MAX_CONCURRENT_QUERIES)

    async def look(number: str) -> None:
        async with slots:
            handle = connections.client.get_workflow_handle(number, result_type=TicketOutcome)
            views[number] = await _look(handle, views[number])

    await asyncio.gather(*(look(number) for number in views))
    return views


async def _look(handle: WorkflowHandle[Any, TicketOutcome], view: WorkflowView) -> WorkflowView:
    """Add the ticket's own view of itself, and its result."""
    if view.status not in ("RUNNING", "COMPLETED") or view.has_problems:
        return view
    outcome = None
    if view.status == WorkflowExecutionStatus.COMPLETED.name:
        outcome = await retry_until_available(handle.result)
    try:
        snapshot = await retry_until_available(
            lambda: handle.query("snapshot", result_type=TicketSnapshot)
        )
    except WorkflowQueryFailedError:  # a refused claim has nothing to show
        snapshot = None
    return replace(view, outcome=outcome, snapshot=snapshot)
