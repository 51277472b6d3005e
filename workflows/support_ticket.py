"""The workflow of a support ticket, from the claim to the reward (docs/lifecycle.md).

Signal and update handlers only enqueue messages. The run loop takes them one at a time: it asks the
domain for the result, persists that, and then sends e-mails, deliveries and results.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from activities.persistence import Persistence
from domain.admission.admission import Admission, AdmissionResult, refusal_result
from domain.admission.refusal_emails import contact_of_refused_claim
from domain.codes import ClaimRefusal, RefusalCode
from domain.handlers.commands.execution import next_delivery_purpose
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import RETRY_ATTENTION
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.snapshot import TicketOutcome, TicketSnapshot, snapshot
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.ticket_number import is_canonical
from workflows.activity_calls.execution import run_locally_with_fallback
from workflows.continue_as_new import ContinuedState, from_input, load_resumption, to_input
from workflows.message_handlers import MessageHandlers
from workflows.messages import message_decoding
from workflows.ticket.refused_claims import RefusedClaimProcessor
from workflows.ticket.results import Closed, Continue, RunResult
from workflows.ticket.runtime import Runtime
from workflows.ticket.ticket_processor import TicketProcessor


@workflow.defn(name="SupportTicket")
class SupportTicket(MessageHandlers):
    """One ticket; its workflow id is the ticket number."""

    def __init__(self) -> None:
        """Accept messages: they may arrive before `run` has started."""
        super().__init__()
        self._runtime = Runtime(workflow.info().workflow_id, self._queue)
        self._admission: Admission | None = None
        self._aggregate: TicketAggregate | None = None

    @workflow.run
    async def run(self, *claim: RawValue) -> TicketOutcome:
        """Admit the claim (`TicketClaim` as JSON) and process its ticket until it is closed."""
        result = await self._run_shielded(self._run_ticket(claim))
        if isinstance(result, Continue):
            workflow.continue_as_new(args=[to_input(result.state)])
        return result.outcome

    async def _run_shielded(self, main: Coroutine[Any, Any, RunResult]) -> RunResult:
        """Finish `main` even if an operator cancels the workflow.

        A ticket is withdrawn or decided, not cancelled: its database rows would stay open.
        """
        main_task = asyncio.create_task(main)
        while True:
            try:
                return await asyncio.shield(main_task)
            except asyncio.CancelledError:
                if main_task.cancelled():
                    raise
                problems = {"": "withdraw or decide instead"}
                self._queue.add(InvalidMessage(message="cancel", problems=problems))

    async def _run_ticket(self, claim: Sequence[RawValue]) -> RunResult:
        if continued := from_input(claim) or await load_resumption(claim):
            return await self._resume(continued)
        admission = await self._admit(claim)
        if admission.is_from_earlier_run:
            return await self._repeat_admission(admission)
        if admission.ticket is None:
            contact = contact_of_refused_claim(message_decoding.decode_admission_request(claim))
            return Closed(await RefusedClaimProcessor(self._runtime, admission, contact).run())
        return await self._start(admission, admission.ticket)

    async def _admit(self, claim: Sequence[RawValue]) -> Admission:
        request = message_decoding.decode_admission_request(claim)
        if is_canonical(self._runtime.number):
            self._admission = await run_locally_with_fallback(
                Persistence.admit, request, "admit the claim"
            )
        else:
            result = refusal_result(self._runtime.number, ClaimRefusal.UNKNOWN_NUMBER)
            self._admission = Admission(result=result, digest=request.digest)
        return self._admission

    async def _repeat_admission(self, admission: Admission) -> Closed:
        """Return the result of the run whose history is gone; no ticket is opened again."""
        while not workflow.all_handlers_finished():
            self._queue.reject_requests(RefusalCode.ACTION_NOT_ALLOWED)
            await workflow.wait_condition(lambda: self._runtime.has_work(is_closed=True))
        return Closed(TicketOutcome(number=self._runtime.number, state=admission.result.state))

    async def _start(self, admission: Admission, ticket: Ticket) -> RunResult:
        aggregate = self._aggregate = TicketAggregate(ticket)
        self._runtime.tasks.send_emails(admission.emails)
        if ticket.state is State.VALIDATED:
            self._runtime.tasks.start_delivery(ticket.partner_id, next_delivery_purpose(aggregate))
        return await TicketProcessor(self._runtime, admission, aggregate).run()

    async def _resume(self, continued: ContinuedState) -> RunResult:
        """Go on from the state that the previous run left."""
        self._queue.restore(continued.pending_signals)
        self._admission = continued.admission
        aggregate = self._aggregate = TicketAggregate(continued.ticket)
        # Activities start again from their first attempt, and escalate again if they keep failing.
        aggregate.remove_attention(RETRY_ATTENTION)
        for email in continued.pending_emails:
            self._runtime.tasks.send_email(email)
        if continued.delivery_purpose:
            partner_id = continued.ticket.partner_id
            self._runtime.tasks.start_delivery(partner_id, continued.delivery_purpose)
        processor = TicketProcessor(self._runtime, continued.admission, aggregate)
        if aggregate.ticket.attention != continued.ticket.attention:
            await processor.steps.persist()
        return await processor.run()

    @workflow.update
    async def admit(self, *digest: RawValue) -> AdmissionResult:
        """Return the result that `run` reached; `key_reused` for the digest of another claim."""
        await workflow.wait_condition(lambda: self._admission is not None)
        admission = self._admission
        if admission is None or message_decoding.decode_json(digest) != admission.digest:
            return refusal_result(self._runtime.number, RefusalCode.KEY_REUSED)
        return admission.result

    @workflow.query(name="snapshot")
    def query_snapshot(self) -> TicketSnapshot:
        """Return the current state of the ticket; no personal data."""
        if self._aggregate:
            return snapshot(self._aggregate.ticket)
        state = self._admission.result.state if self._admission else State.CREATED
        return TicketSnapshot(
            number=self._runtime.number,
            state=state,
            started_at=workflow.info().workflow_start_time,
        )
