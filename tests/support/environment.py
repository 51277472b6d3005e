"""The stage on which a test plays a ticket: the real worker between a real Temporal server, a real
PostgreSQL, a real mail server and a partner that answers as told.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
)
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.worker import Worker

from adapters.postgres.database import Postgres
from adapters.postgres.feed_records import store_link
from domain.admission.admission import AdmissionResult
from domain.tickets.changes.request_result import RequestResult
from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from domain.values.ticket_number import derive_number
from local.mail_catcher.smtp import Behaviour
from local.mail_catcher.store import Letterbox
from tests.support.claims import a_claim, link_of
from tests.support.partner_server import PartnerServer
from tests.support.tcp_proxy import TcpProxy
from workflows.client import admit_ticket, build_start_operation

T = TypeVar("T")
Handle = WorkflowHandle[Any, TicketOutcome]
Sleep = Callable[[timedelta], Awaitable[None]]
Row = dict[str, Any]

TIMEOUT_SECONDS: Final = (
    45.0  # seconds: a step that went with a leaving worker is repeated after thirty
)
POLL_SECONDS: Final = 0.02
ATTRIBUTES: Final = {"State", "Kind", "Partner", "DueAt", "Attention"}
_LETTER: Final = re.compile(r"-\d+-([a-z_]+)@")


async def wait_until(look: Callable[[], Awaitable[T]], fits: Callable[[T], bool]) -> T:
    """What `look` finds once it fits; fails with what was found last."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not fits(found := await look()):
        assert time.monotonic() < deadline, f"still {found}"
        await asyncio.sleep(POLL_SECONDS)
    return found


@dataclass
class TicketEnvironment:
    """One play; its verbs are about the ticket that was filed last, or `number`."""

    client: Client
    sleep: Sleep
    postgres: Postgres
    partner: PartnerServer
    mailbox: Letterbox
    mail_behaviour: Behaviour
    database_proxy: TcpProxy
    mail_proxy: TcpProxy
    worker_factory: Callable[[Client], AbstractAsyncContextManager[list[Worker]]]
    number: str = ""
    _running_workers: AsyncExitStack = field(default_factory=AsyncExitStack)
    _filed: int = 0

    async def start_workers(self) -> None:
        """Let the workers begin."""
        for worker in await self._running_workers.enter_async_context(
            self.worker_factory(self.client)
        ):
            await self._running_workers.enter_async_context(worker)

    async def stop_workers(self) -> None:
        """Let the workers finish what they do, and end."""
        await self._running_workers.aclose()

    def next_key(self) -> str:
        """A request key that was not used before."""
        self._filed += 1
        return f"key-{self._filed}"

    async def prepare_claim(
        self, claim: dict[str, Any] | None = None, **changes: Any
    ) -> dict[str, Any]:
        """A claim whose link is registered on its account (R10)."""
        claim = claim or a_claim(**changes)
        if claim.get("link_id"):
            kind = "referral" if claim["kind"] == "missing_referral_reward" else "cashback"
            await store_link(self.postgres, link_of(claim, kind=kind))
        return claim

    async def file(
        self, claim: dict[str, Any] | None = None, key: str = "", **changes: Any
    ) -> AdmissionResult:
        """File a claim as a gateway does, and return the answer."""
        claim = await self.prepare_claim(claim, **changes)
        key = key or self.next_key()
        self.number = derive_number(claim["account_id"], key)
        return await admit_ticket(self.client, claim, key)

    async def start_workflow(self, *arguments: object, number: str = "") -> Handle:
        """Start the workflow with this input, right or wrong, and wait for nothing."""
        self.number = number or derive_number("acc-raw", self.next_key())
        operation = build_start_operation({}, self.number)
        await self.client.start_workflow(
            "SupportTicket",
            args=list(arguments),
            id=self.number,
            task_queue=operation._start_workflow_input.task_queue,
        )
        return self.handle

    @property
    def handle(self) -> Handle:
        """The ticket's workflow."""
        return self.client.get_workflow_handle(self.number, result_type=TicketOutcome)

    async def file_and_send(self, **changes: Any) -> None:
        """File a claim and wait until the partner has it."""
        assert (await self.file(**changes)).status == "accepted"
        await self.wait_for_state("sent_to_partner")

    async def file_and_confirm(self, outcome: dict[str, Any] | None = None, **claim: Any) -> None:
        """File a claim and have it confirmed."""
        await self.file_and_send(**claim)
        await self.send_outcome("confirmed", **outcome or {})
        await self.wait_for_state("awaiting_cancellation_period")

    async def send_outcome(self, outcome: str, **changes: Any) -> None:
        """Signal what the partner found, as our door does."""
        self._filed += 1
        known = {"outcome_id": f"evt-{self._filed}", "partner_id": "velotel"}
        await self.signal("partner_outcome", known | {"outcome": outcome} | changes)

    async def signal(self, name: str, *arguments: object) -> None:
        """Signal anything."""
        await self.handle.signal(name, args=list(arguments))

    async def send_update(self, update: str, *arguments: object, **content: Any) -> RequestResult:
        """Send an update; without `arguments` a well-formed one, as an agent."""
        self._filed += 1
        known = {"request_id": f"req-{self._filed}", "actor": "agent-7"}
        sent = list(arguments) or [known | content]
        answer: RequestResult = await asyncio.wait_for(
            self.handle.execute_update(update, args=sent, result_type=RequestResult),
            TIMEOUT_SECONDS,
        )
        return answer

    async def skip_time(self, **span: float) -> None:
        """Let so much time pass (`days=14`)."""
        await self.sleep(timedelta(**span))

    async def snapshot(self) -> TicketSnapshot:
        """Ask the workflow where it stands."""
        found: TicketSnapshot = await self.handle.query("snapshot", result_type=TicketSnapshot)
        return found

    async def wait_for_state(self, state: str, *attention: str) -> Row:
        """Wait until the books say so; return the ticket's row."""
        wanted = (state, list(attention))
        return await wait_until(self.row, lambda row: (row["state"], row["attention"]) == wanted)

    async def wait_until_closed(self) -> TicketOutcome:
        """Wait for the end."""
        return await asyncio.wait_for(self.handle.result(), TIMEOUT_SECONDS)

    async def row(self) -> Row:
        """The ticket's row in the books; empty-handed states as `None`."""
        rows = await self.rows("tickets", "number")
        return rows[0] if rows else {"state": None, "attention": []}

    async def transitions(self) -> list[str]:
        """The ticket's moves as the books have them: `event: from → to`."""
        rows = await self.rows("ticket_transitions", "seq")
        return [f"{row['event']}: {row['from_state']} → {row['to_state']}" for row in rows]

    async def message_log(self) -> list[Row]:
        """The messages that the books keep."""
        return await self.rows("ticket_messages", "version, ordinal")

    async def wait_for_messages(self, *codes: str) -> list[Row]:
        """Wait until messages were kept under these codes, in this order."""
        return await wait_until(
            self.message_log, lambda notes: [note["code"] for note in notes] == [*codes]
        )

    async def rows(self, table: str, order: str, number: str = "") -> list[Row]:
        """The ticket's rows of a table."""
        query = f"select * from {table} where number = $1 order by {order}"  # noqa: S608
        async with self.postgres.transaction() as connection:
            return [dict(row) for row in await connection.fetch(query, number or self.number)]

    def emails(self, number: str = "") -> list[str]:
        """The kinds of the letters that arrived about the ticket, in order; repeats count."""
        found = reversed(self.mailbox.find(number=number or self.number))
        kinds = [(_kind(one.message_id), one.repeats) for one in found]
        return [kind for kind, repeats in kinds for _ in range(repeats + 1)]

    async def wait_for_emails(self, *kinds: str) -> None:
        """Wait until exactly these letters have arrived."""

        async def look() -> list[str]:
            return self.emails()

        await wait_until(look, lambda letters: letters == [*kinds])

    async def search_attributes(self) -> dict[str, Any]:
        """The ticket's search attributes; those that are empty are left out.

        Read from the raw answer: the test server keeps an unset attribute as a null, over which
        the SDK stumbles.
        """
        fields = (await self._described()).workflow_execution_info.search_attributes.indexed_fields
        values = {
            name.removeprefix("Ticket"): json.loads(payload.data or b"null")
            for name, payload in fields.items()
        }
        if due_at := values.get("DueAt"):
            values["DueAt"] = datetime.fromisoformat(due_at)
        return {name: value for name, value in values.items() if value and name in ATTRIBUTES}

    async def wait_for_attributes(self, **wanted: Any) -> None:
        """Wait until the search attributes are exactly these, beside kind and partner."""
        named = {"Kind": "missing_cashback", "Partner": "velotel"} | wanted
        await wait_until(self.search_attributes, lambda found: found == named)

    async def pending_activities(self) -> dict[str, int]:
        """The activities that are tried again and again, with the attempt each has come to."""
        pending = (await self._described()).pending_activities
        return {one.activity_type.name: one.attempt for one in pending}

    async def _described(self) -> DescribeWorkflowExecutionResponse:
        execution = WorkflowExecution(workflow_id=self.number)
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace, execution=execution
        )
        return await self.client.workflow_service.describe_workflow_execution(request)

    async def history_events(self) -> list[str]:
        """The types of the history's events, without their prefix."""
        return [
            EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
            async for event in self.handle.fetch_history_events()
        ]


def raw_payload(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """An argument that is sent as these very bytes."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def _kind(message_id: str) -> str:
    found = _LETTER.search(message_id)
    return found[1] if found else message_id
