"""The environment of a test: real workers between a real Temporal server, PostgreSQL and mail
catcher, and a partner whose responses the test chooses.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.worker import Worker

from adapters.postgres.platform.feed_records import store_link
from domain.admission.admission import AdmissionResult
from domain.tickets.changes.request_result import RequestResult
from domain.tickets.snapshot import TicketOutcome
from domain.values.ticket_number import derive_number
from local.mail_catcher.smtp import SmtpBehavior
from local.mail_catcher.store import MailStore
from tests.support.polling import TIMEOUT_SECONDS, wait_until
from tests.support.workflow.claims import a_claim, link_of
from tests.support.workflow.partner_server import PartnerServer
from tests.support.workflow.stored_ticket import StoredTicket
from tests.support.workflow.tcp_proxy import TcpProxy
from tests.support.workflow.ticket_workflow import Handle, TicketWorkflow
from workflows.client import admit_ticket, build_start_operation

STOP_SECONDS: Final = 60.0
NO_EVENT: Final = "No completion event found"
Sleep = Callable[[timedelta], Awaitable[None]]
_EMAIL_KIND: Final = re.compile(r"-\d+-([a-z_]+)@")


@dataclass(kw_only=True)
class TicketEnvironment(StoredTicket, TicketWorkflow):
    """Acts on the ticket `number`, which is the one that was filed last unless it is set."""

    sleep: Sleep
    partner: PartnerServer
    mailbox: MailStore
    mail_behaviour: SmtpBehavior
    database_proxy: TcpProxy
    mail_proxy: TcpProxy
    worker_factory: Callable[[Client], AbstractAsyncContextManager[list[Worker]]]
    _running_workers: AsyncExitStack = field(default_factory=AsyncExitStack)
    _requests: int = 0

    async def start_workers(self) -> None:
        """Start the workers."""
        for worker in await self._running_workers.enter_async_context(
            self.worker_factory(self.client)
        ):
            await self._running_workers.enter_async_context(worker)

    async def stop_workers(self) -> None:
        """Stop the workers after they have finished their tasks.

        The SDK's core can panic while local activities end, and then waits for ever; a real worker
        leaves after its hard limit (`process/exit_process.py`).
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._running_workers.aclose()

    def next_key(self) -> str:
        """A new request key."""
        self._requests += 1
        return f"key-{self._requests}"

    async def prepare_claim(
        self, claim: dict[str, Any] | None = None, **changes: Any
    ) -> dict[str, Any]:
        """A claim whose link is registered on its account (R10)."""
        claim = claim or a_claim(**changes)
        if claim.get("link_id"):
            kind = "referral" if claim["kind"] == "missing_referral_reward" else "cashback"
            await store_link(self.database, link_of(claim, kind=kind))
        return claim

    async def file(
        self, claim: dict[str, Any] | None = None, key: str = "", **changes: Any
    ) -> AdmissionResult:
        """File a claim as a gateway does, and return the result."""
        claim = await self.prepare_claim(claim, **changes)
        key = key or self.next_key()
        self.number = derive_number(claim["account_id"], key)
        return await admit_ticket(self.client, claim, key)

    async def start_workflow(self, *arguments: object, number: str = "") -> Handle:
        """Start the workflow with any input, without waiting for a result."""
        self.number = number or derive_number("acc-raw", self.next_key())
        operation = build_start_operation({}, self.number)
        await self.client.start_workflow(
            "SupportTicket",
            args=list(arguments),
            id=self.number,
            task_queue=operation._start_workflow_input.task_queue,
        )
        return self.handle

    async def file_and_send(self, **changes: Any) -> None:
        """File a claim and wait until the partner has it."""
        assert (await self.file(**changes)).status == "accepted"
        await self.wait_for_state("sent_to_partner")

    async def file_and_confirm(self, outcome: dict[str, Any] | None = None, **claim: Any) -> None:
        """File a claim and let the partner confirm it."""
        await self.file_and_send(**claim)
        await self.send_outcome("confirmed", **outcome or {})
        await self.wait_for_state("awaiting_cancellation_period")

    async def send_outcome(self, outcome: str, **changes: Any) -> None:
        """Signal an outcome, as the gateway does."""
        self._requests += 1
        defaults = {"outcome_id": f"evt-{self._requests}", "partner_id": "velotel"}
        await self.signal("partner_outcome", defaults | {"outcome": outcome} | changes)

    async def signal(self, name: str, *arguments: object) -> None:
        """Send a signal with any arguments."""
        await self.handle.signal(name, args=list(arguments))

    async def send_update(self, update: str, *arguments: object, **content: Any) -> RequestResult:
        """Send an update; without `arguments`, a valid one of an agent with this content."""
        self._requests += 1
        defaults = {"request_id": f"req-{self._requests}", "actor": "agent-7"}
        sent_arguments = list(arguments) or [defaults | content]
        result: RequestResult = await asyncio.wait_for(
            self.handle.execute_update(update, args=sent_arguments, result_type=RequestResult),
            TIMEOUT_SECONDS,
        )
        return result

    async def skip_time(self, **duration: float) -> None:
        """Skip this much time (`days=14`)."""
        await self.sleep(timedelta(**duration))

    async def wait_until_closed(self) -> TicketOutcome:
        """Wait for the result of the workflow."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                try:
                    return await self.handle.result()
                except RuntimeError as error:
                    # The time-skipping server ends a long poll of twenty seconds without an event.
                    if str(error) != NO_EVENT:
                        raise

    def emails(self, number: str = "") -> list[str]:
        """The kinds of the arrived e-mails about the ticket, in order, including repeats."""
        found = reversed(self.mailbox.find(number=number or self.number))
        kinds = [(_kind(one.message_id), one.repeats) for one in found]
        return [kind for kind, repeats in kinds for _ in range(repeats + 1)]

    async def wait_for_emails(self, *kinds: str) -> None:
        """Wait until exactly these e-mails have arrived."""

        async def arrived() -> list[str]:
            return self.emails()

        await wait_until(arrived, lambda emails: emails == [*kinds])


def _kind(message_id: str) -> str:
    found = _EMAIL_KIND.search(message_id)
    return found[1] if found else message_id
