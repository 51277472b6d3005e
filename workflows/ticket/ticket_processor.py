"""The run loop of an open ticket: one message or one due step at a time, until it is closed."""

from temporalio import workflow

from domain.admission.admission import Admission
from domain.handlers.due_actions import DueAction, due_action
from domain.handlers.response_deadlines import awaited_event, next_timer
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.snapshot import ticket_outcome
from workflows.continue_as_new import ContinuedState
from workflows.ticket.history_limits import MAX_CARRIED_SIGNAL_BYTES, is_history_long
from workflows.ticket.message_processor import MessageProcessor
from workflows.ticket.results import Closed, Continue, RunResult
from workflows.ticket.runtime import Runtime
from workflows.ticket.ticket_steps import TicketSteps


class TicketProcessor:
    """Processes one ticket in one run of its workflow."""

    def __init__(self, runtime: Runtime, admission: Admission, aggregate: TicketAggregate) -> None:
        """Process `aggregate`; the next run needs `admission` for repeated requests."""
        self._runtime = runtime
        self._admission = admission
        self._aggregate = aggregate
        self.steps = TicketSteps(runtime, aggregate)
        self._messages = MessageProcessor(runtime, aggregate, self.steps)

    async def run(self) -> RunResult:
        """Process the ticket until it is closed, or until its history is to be continued as new."""
        while not (self._aggregate.is_closed and self._runtime.is_idle()):
            if self._should_continue_as_new():
                return Continue(self._state_to_continue())
            await self._process_next()
        self.steps.update_visibility()
        return Closed(ticket_outcome(self._aggregate.ticket))

    async def _process_next(self) -> None:
        """Handle one message, else take the one step that is due, else wait.

        Messages come first: a cancellation that has arrived must be handled before a grant.
        """
        now, aggregate = workflow.now(), self._aggregate
        if self._runtime.queue:
            await self._messages.handle_next()
            return
        match due_action(aggregate, now):
            case DueAction.SETTLE:
                await self.steps.grant_reward()
            case DueAction.RELEASE_HOLD:
                await self.steps.release_hold()
            case DueAction.AUTO_CONFIRM:
                await self.steps.handle_response_timeout()
            case _:
                # A state that ends in the same step is not shown: each update costs an Action.
                self.steps.update_visibility()
                ticket = aggregate.ticket
                self._runtime.tasks.schedule_timer(next_timer(ticket), awaited_event(ticket))
                await workflow.wait_condition(self._has_work)

    def _has_work(self) -> bool:
        is_due = self._runtime.has_work(is_closed=self._aggregate.is_closed)
        is_due = is_due or self._runtime.tasks.needs_timer
        return is_due or self._should_continue_as_new()

    def _should_continue_as_new(self) -> bool:
        """Return whether the history is long, no update waits for its result, and all else fits
        into the next run's input. From then on new updates are rejected, to be sent again.
        """
        queue = self._runtime.queue
        queue.is_closing = is_history_long()
        fits = not queue.has_urgent and queue.size <= MAX_CARRIED_SIGNAL_BYTES
        is_done = not self._aggregate.has_pending_changes and workflow.all_handlers_finished()
        return queue.is_closing and fits and is_done

    def _state_to_continue(self) -> ContinuedState:
        runtime = self._runtime
        return ContinuedState(
            admission=self._admission.model_copy(update={"ticket": None, "emails": ()}),
            ticket=self._aggregate.ticket,
            pending_emails=tuple(runtime.tasks.pending_emails),
            delivery_purpose=runtime.tasks.delivery_purpose,
            pending_signals=runtime.queue.pending_signals(),
        )
