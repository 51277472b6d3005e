"""Activities that call the outside world: retried until they succeed, escalated if that takes long.

The first phase ends after `ESCALATION_DELAY`: the ticket then shows that it needs attention, and
the second phase retries without end. No timer of the workflow is needed for that.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError

from domain.tickets.attention import Attention
from domain.tickets.messages.internal import AttentionChanged
from domain.tickets.messages.message import Message
from workflows.activity_calls.execution import Activities, Argument, Result
from workflows.activity_calls.failures import (
    Backpressure,
    Cancelled,
    PermanentFailure,
    TransientFailure,
    classify,
)
from workflows.activity_options import CALL_TIMEOUT, ESCALATION_DELAY, UNLIMITED_RETRY_POLICY


@dataclass(frozen=True)
class RetriedActivity(Generic[Activities, Argument, Result]):
    """An activity with its argument and options."""

    method: Callable[[Activities, Argument], Awaitable[Result]]
    argument: Argument
    task_queue: str
    summary: str
    attention: Attention
    """The flag of a ticket whose activity fails for long."""
    priority: Priority = Priority.default

    async def run(
        self, enqueue: Callable[[Message], None], on_delay: Callable[[], None] = lambda: None
    ) -> Result | None:
        """Retry until it succeeds; `enqueue` gets the changes of the ticket's attention flag.

        Calls `on_delay` when it will take longer than `ESCALATION_DELAY`. Returns `None` after a
        permanent failure or a cancellation.
        """
        is_escalated = False
        while True:
            try:
                result = await self._run_phase(None if is_escalated else ESCALATION_DELAY)
                break
            except ActivityError as error:
                failure = classify(error)
            on_delay()
            match failure:
                case Cancelled():
                    return None
                case PermanentFailure(attention):
                    enqueue(AttentionChanged(attention=attention or self.attention))
                    return None
                case Backpressure(delay) if delay:
                    await workflow.sleep(delay, summary="the requested delay")
                case TransientFailure() if not is_escalated:
                    is_escalated = True
                    enqueue(AttentionChanged(attention=self.attention))
        if is_escalated:
            enqueue(AttentionChanged(attention=self.attention, cleared=True))
        return result

    async def _run_phase(self, limit: timedelta | None) -> Result:
        """Retry for `limit`, or without end."""
        return await workflow.execute_activity_method(
            self.method,
            self.argument,
            task_queue=self.task_queue,
            start_to_close_timeout=CALL_TIMEOUT,
            schedule_to_close_timeout=limit,
            retry_policy=UNLIMITED_RETRY_POLICY,
            summary=self.summary,
            priority=self.priority,
        )
