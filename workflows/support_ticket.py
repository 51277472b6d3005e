"""The story of a support ticket, from claim to reward (product.md, "The life of a ticket").

Handlers only put messages into an inbox. The run loop takes them one at a time: it asks the domain
what follows, writes that down, and then tells whoever must know. It decides nothing itself.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from domain.codes import ClaimRefusal, RefusalCode
from workflows import message_decoding
from workflows.activity_options import (
    MAX_CARRIED_SIGNAL_BYTES,
    MAX_MESSAGES_PER_ACTIVATION,
    is_history_long,
    run_locally_with_fallback,
)
from workflows.continue_as_new import ContinuedState, from_input, load_resumption, to_input
from workflows.message_queue import decode, reject, send_result
from workflows.ticket_steps import TicketSteps

with workflow.unsafe.imports_passed_through():
    from activities.persistence import Persistence, RequestLookup
    from domain.admission.admission import (
        Admission,
        AdmissionResult,
        contact_of_refused_claim,
        refusal_result,
    )
    from domain.handlers.commands import earlier_result, needs_fact_check, next_delivery_purpose
    from domain.handlers.message_handling import handle_message
    from domain.handlers.response_deadlines import awaited_event, next_timer
    from domain.handlers.response_timeout import (
        auto_confirmable_amount,
    )
    from domain.tickets.attention import RETRY_ATTENTION
    from domain.tickets.lifecycle import State
    from domain.tickets.messages import InvalidMessage, Message, TicketCommand
    from domain.tickets.ticket import (
        StoredRequestResult,
        TicketOutcome,
        TicketSnapshot,
        snapshot,
        ticket_outcome,
    )
    from domain.tickets.ticket_aggregate import TicketAggregate
    from domain.values.ticket_number import is_canonical


@workflow.defn(name="SupportTicket")
class SupportTicket(TicketSteps):
    """One ticket; its workflow id is the ticket number."""

    def __init__(self) -> None:
        """Be ready for messages: they may come before `run` has begun."""
        super().__init__()
        self._admission: Admission | None = None
        self._ticket: TicketAggregate | None = None

    @workflow.run
    async def run(self, *claim: RawValue) -> TicketOutcome:
        """Admit the claim (`TicketClaim` as JSON) and lead its ticket to its end."""
        main_task = asyncio.create_task(self._run_ticket(claim))
        while True:
            try:
                result = await asyncio.shield(main_task)
            except asyncio.CancelledError:
                if main_task.cancelled():
                    raise
                # A ticket is withdrawn or decided, not cancelled: its books would stay open.
                self._enqueue(
                    InvalidMessage(message="cancel", problems={"": "withdraw or decide instead"})
                )
            else:
                break
        if isinstance(result, TicketOutcome):
            return result
        workflow.continue_as_new(args=[result])

    async def _run_ticket(self, claim: Sequence[RawValue]) -> TicketOutcome | dict[str, Any]:
        """Lead the ticket to its end, or to where its history is continued as a new one."""
        if carried := from_input(claim) or await load_resumption(claim):
            aggregate = self._resume(carried)
            if aggregate.ticket.attention != carried.ticket.attention:
                await self._persist(aggregate)
            return await self._process_until_closed(aggregate)
        admission = await self._admit(claim)
        if admission.is_from_earlier_run:
            while not workflow.all_handlers_finished():
                self._queue.reject_requests(RefusalCode.ACTION_NOT_ALLOWED)
                await workflow.wait_condition(self._has_work)
            return TicketOutcome(number=self._number, state=admission.result.state)
        if admission.ticket is None:
            return await self._run_refused_claim(admission)
        aggregate = self._ticket = TicketAggregate(admission.ticket)
        self._tasks.send_emails(admission.emails)
        if aggregate.ticket.state is State.VALIDATED:
            self._tasks.start_delivery(
                aggregate.ticket.partner_id, next_delivery_purpose(aggregate)
            )
        return await self._process_until_closed(aggregate)

    def _resume(self, carried: ContinuedState) -> TicketAggregate:
        """Go on where the run before this one stood."""
        self._queue.restore(carried.pending_signals)
        self._admission = carried.admission
        self._ticket = TicketAggregate(carried.ticket)
        # What is taken up is tried as if anew; it asks for attention again if that lasts.
        self._ticket.remove_attention(RETRY_ATTENTION)
        for letter in carried.pending_emails:
            self._tasks.send_email(letter)
        if carried.delivery_purpose:
            self._tasks.start_delivery(carried.ticket.partner_id, carried.delivery_purpose)
        return self._ticket

    async def _process_until_closed(
        self, aggregate: TicketAggregate
    ) -> TicketOutcome | dict[str, Any]:
        self._update_visibility(aggregate)
        while not aggregate.is_closed or not self._is_idle():
            if self._admission and self._should_continue_as_new(aggregate):
                return to_input(self._admission, aggregate.ticket, self._tasks, self._queue)
            await self._process_next(aggregate)
        return ticket_outcome(aggregate.ticket)

    def _should_continue_as_new(self, aggregate: TicketAggregate) -> bool:
        """Say whether to continue as new: the history is long, nobody waits for an answer, and what
        else waits can go along.
        """
        self._queue.is_closing = is_history_long()
        goes_along = not self._queue.has_urgent and self._queue.size <= MAX_CARRIED_SIGNAL_BYTES
        finished = not aggregate.has_pending_changes and workflow.all_handlers_finished()
        return self._queue.is_closing and goes_along and finished

    async def _process_next(self, aggregate: TicketAggregate) -> None:
        now = workflow.now()
        if self._queue:  # a cancellation that has come goes before the grant
            await self._handle_message(aggregate)
        elif aggregate.is_settlement_due(now):
            await self._grant_reward(aggregate)
        elif aggregate.is_release_due(now):
            await self._release_hold(aggregate)
        elif amount := auto_confirmable_amount(aggregate, now):
            await self._handle_response_timeout(aggregate, amount)
        else:
            self._tasks.schedule_timer(
                next_timer(aggregate.ticket), awaited_event(aggregate.ticket)
            )
            await workflow.wait_condition(
                lambda: self._has_work() or self._should_continue_as_new(aggregate)
            )

    async def _admit(self, claim: Sequence[RawValue]) -> Admission:
        request = message_decoding.decode_admission_request(claim)
        if is_canonical(self._number):
            self._admission = await run_locally_with_fallback(
                Persistence.admit, request, "admit the claim"
            )
        else:
            result = refusal_result(self._number, ClaimRefusal.UNKNOWN_NUMBER)
            self._admission = Admission(result=result, digest=request.digest)
        if self._admission.ticket is None:
            self._refused_contact = contact_of_refused_claim(request)
        return self._admission

    async def _handle_message(self, aggregate: TicketAggregate) -> None:
        """Take one message out of the queue; hand the next activation what is too much for one."""
        self._handled_in_activation += 1
        if self._handled_in_activation > MAX_MESSAGES_PER_ACTIVATION:
            await workflow.sleep(timedelta(milliseconds=1), summary="more messages wait")
            self._handled_in_activation = 0
        waiting = self._queue.pop()
        message, unknown = decode(waiting)
        if isinstance(message, InvalidMessage):
            reject(waiting, message, RefusalCode.MALFORMED)
        send_result(waiting, message, await self._process_message(aggregate, message, unknown))

    async def _process_message(
        self, aggregate: TicketAggregate, message: Message, unknown: tuple[str, ...]
    ) -> StoredRequestResult | None:
        """Do what follows from a message; return the answer to a request."""
        if isinstance(message, TicketCommand) and aggregate.result_may_be_archived(message):
            if aggregate.has_pending_changes:
                await self._persist(aggregate)
            lookup = RequestLookup.by(self._number, message)
            if first := await run_locally_with_fallback(
                Persistence.get_request_result, lookup, "look for its first answer"
            ):
                return first
        against = None
        if isinstance(message, TicketCommand) and needs_fact_check(aggregate, message):
            against = await run_locally_with_fallback(
                Persistence.find_objection, self._number, "look at the facts"
            )
        heard = handle_message(aggregate, message, workflow.now(), unknown, against)
        # Mere notes wait for the next writing, so that a flood of them stays cheap.
        waits = heard.is_log_only and self._queue and not aggregate.has_many_pending_messages
        if not waits and (aggregate.has_pending_changes or not heard.is_log_only):
            await self._persist(aggregate)
        if heard.delivery_purpose:
            self._tasks.start_delivery(aggregate.ticket.partner_id, heard.delivery_purpose)
        if heard.information_to_check:
            await self._submit_information(aggregate, heard.information_to_check)
            return earlier_result(aggregate, heard.information_to_check)
        return heard.result

    @property
    def _is_closed(self) -> bool:
        return self._ticket is None or self._ticket.is_closed

    @workflow.update
    async def admit(self, *digest: RawValue) -> AdmissionResult:
        """Return the answer that `run` reached; `key_reused` for the digest of another claim."""
        await workflow.wait_condition(lambda: self._admission is not None)
        admission = self._admission
        if admission is None or message_decoding.decode_json(digest) != admission.digest:
            return refusal_result(self._number, RefusalCode.KEY_REUSED)
        return admission.result

    @workflow.query(name="snapshot")
    def query_snapshot(self) -> TicketSnapshot:
        """Return where the ticket stands; no personal data."""
        if self._ticket:
            return snapshot(self._ticket.ticket)
        state = self._admission.result.state if self._admission else State.CREATED
        return TicketSnapshot(
            number=self._number, state=state, started_at=workflow.info().workflow_start_time
        )
