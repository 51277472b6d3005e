"""How a ticket handles one message: without repeating earlier results, and persisted first."""

from datetime import timedelta

from temporalio import workflow

from activities.persistence import Persistence
from activities.persistence_requests import RequestLookup
from domain.codes import RefusalCode
from domain.handlers.commands.earlier_results import earlier_result, needs_fact_check
from domain.handlers.handling_result import HandlingResult
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.messages.commands import TicketCommand
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.messages.message import Message
from workflows.activity_calls.execution import run_locally_with_fallback
from workflows.messages.received_message import decode, reject, send_result
from workflows.ticket.history_limits import MAX_MESSAGES_PER_ACTIVATION
from workflows.ticket.runtime import Runtime
from workflows.ticket.ticket_steps import TicketSteps


class MessageProcessor:
    """Handles the messages of one ticket, one at a time."""

    def __init__(self, runtime: Runtime, aggregate: TicketAggregate, steps: TicketSteps) -> None:
        """Take messages from the queue of `runtime`, and persist what they change by `steps`."""
        self._runtime = runtime
        self._aggregate = aggregate
        self._steps = steps

    async def handle_next(self) -> None:
        """Handle the next message, and send its result if it is an update."""
        await self._yield_if_needed()
        received = self._runtime.queue.pop()
        decoded = decode(received)
        if isinstance(decoded.message, InvalidMessage):
            reject(received, decoded.message, RefusalCode.MALFORMED)
        result = await self._process(decoded.message, decoded.unknown_fields)
        send_result(received, decoded.message, result)

    async def _yield_if_needed(self) -> None:
        """Leave the rest to another activation: one has two seconds for all its messages."""
        self._steps.messages_in_activation += 1
        if self._steps.messages_in_activation > MAX_MESSAGES_PER_ACTIVATION:
            await workflow.sleep(timedelta(milliseconds=1), summary="more messages wait")
            self._steps.messages_in_activation = 0

    async def _process(
        self, message: Message, unknown_fields: tuple[str, ...]
    ) -> StoredRequestResult | None:
        """Apply a message; return the result of a command."""
        if archived := await self._archived_result(message):
            return archived
        objection = await self._find_objection(message)
        result = handle_message(self._aggregate, message, workflow.now(), unknown_fields, objection)
        if self._must_persist(result):
            await self._steps.persist()
        return await self._follow_up(result)

    async def _archived_result(self, message: Message) -> StoredRequestResult | None:
        """Return the earlier result of a repeated command that only the database remembers."""
        if not isinstance(message, TicketCommand):
            return None
        if not self._aggregate.result_may_be_archived(message):
            return None
        await self._steps.persist_pending()
        lookup = RequestLookup.by(self._runtime.number, message)
        return await run_locally_with_fallback(
            Persistence.get_request_result, lookup, "look for its first result"
        )

    async def _find_objection(self, message: Message) -> str | None:
        """Return why the stored facts forbid a decision to pay, if `message` is one."""
        if not isinstance(message, TicketCommand) or not needs_fact_check(self._aggregate, message):
            return None
        return await run_locally_with_fallback(
            Persistence.find_objection, self._runtime.number, "check the facts"
        )

    def _must_persist(self, result: HandlingResult) -> bool:
        """Return whether to persist now; log entries alone wait for more: floods stay cheap."""
        may_wait = self._runtime.queue and not self._aggregate.has_many_pending_messages
        if result.is_log_only:
            return not may_wait and self._aggregate.has_pending_changes
        return True

    async def _follow_up(self, result: HandlingResult) -> StoredRequestResult | None:
        """Start what the persisted result requests."""
        if result.delivery_purpose:
            partner_id = self._aggregate.ticket.partner_id
            self._runtime.tasks.start_delivery(partner_id, result.delivery_purpose)
        if result.information_to_check:
            await self._steps.submit_information(result.information_to_check)
            return earlier_result(self._aggregate, result.information_to_check)
        return result.result
