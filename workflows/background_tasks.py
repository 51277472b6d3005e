"""What goes on beside a ticket's story: claims on their way to the partner, letters, the next
deadline.

An errand changes nothing itself: what comes of it is put into the ticket's inbox as a message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeGuard, TypeVar

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    TimeoutError,
    is_cancelled_exception,
)

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.emails import EmailActivities, OutgoingEmailRef
from domain.claims.claim import Contact
from domain.tickets.attention import Attention
from domain.tickets.emails import OutgoingEmail
from domain.tickets.messages import AttentionChanged, DeadlinePassed, Message
from domain.values.types import FrozenModel
from workflows import activity_options

T = TypeVar("T")


class PendingEmail(FrozenModel):
    """A letter on its way."""

    ref: OutgoingEmailRef
    kind: str


class BackgroundTasks:
    """The errands of one ticket; `pending_emails` and `delivery_purpose` are those under way."""

    def __init__(self, number: str, enqueue: Callable[[Message], None]) -> None:
        """Run errands for the ticket `number`; `put` takes what comes of them."""
        self._number = number
        self._enqueue = enqueue
        self._last_email: asyncio.Task[None] | None = None
        self.pending_emails: list[PendingEmail] = []
        self.delivery_purpose: str | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._timer: asyncio.Task[None] | None = None
        self._timer_due_at: datetime | None = None

    @property
    def all_emails_sent(self) -> bool:
        """Say whether no letter is on its way any more."""
        return not self.pending_emails

    def start_delivery(self, partner_id: str, purpose: str) -> None:
        """Send the claim to its partner, instead of any earlier attempt that still goes on."""
        self.cancel_delivery()
        self.delivery_purpose = purpose
        delivery = DeliveryRequest(number=self._number, partner_id=partner_id, purpose=purpose)
        self._delivery = asyncio.create_task(self._deliver(delivery))

    def cancel_delivery(self) -> None:
        """Try no longer to deliver the claim."""
        if self._delivery:
            self._delivery.cancel()
        self._delivery, self.delivery_purpose = None, None

    def send_emails(self, letters: Iterable[OutgoingEmail], contact: Contact | None = None) -> None:
        """Send letters that are written down, in order; `contact` where the database has none."""
        for letter in letters:
            ref = OutgoingEmailRef(number=self._number, key=letter.key, contact=contact)
            self.send_email(PendingEmail(ref=ref, kind=letter.kind))

    def send_email(self, letter: PendingEmail) -> None:
        """Send a letter when those before it are gone."""
        self.pending_emails.append(letter)
        self._last_email = asyncio.create_task(self._send_in_order(letter, after=self._last_email))

    def schedule_timer(self, due_at: datetime | None, what: str) -> None:
        """Let a durable timer ring at `due_at`; one that is set for that moment already stays."""
        if due_at == self._timer_due_at:
            return
        if self._timer:
            self._timer.cancel()
        self._timer_due_at = due_at
        self._timer = asyncio.create_task(self._fire_timer(due_at, what)) if due_at else None

    async def _fire_timer(self, due_at: datetime, what: str) -> None:
        wait = (due_at - workflow.now()).total_seconds()
        if wait > 0:
            await workflow.sleep(wait, summary=f"{what}, due {due_at:%Y-%m-%d %H:%M:%S} UTC")
        self._timer_due_at = None
        self._enqueue(DeadlinePassed())

    async def _deliver(self, delivery: DeliveryRequest) -> None:
        summary = f"{delivery.purpose} to {delivery.partner_id}"
        share = Priority(fairness_key=delivery.partner_id)
        call = _activity_call(
            ClaimDelivery.deliver, delivery, activity_options.PARTNER_QUEUE, summary, share
        )
        await self._run_with_escalation(call, Attention.DELIVERY_RETRYING, self._enqueue)
        if self._delivery is asyncio.current_task():  # not one that another has replaced
            self._delivery, self.delivery_purpose = None, None

    async def _send_in_order(self, letter: PendingEmail, after: asyncio.Task[None] | None) -> None:
        if after:
            await after
        call = _activity_call(
            EmailActivities.send, letter.ref, activity_options.MAIL_QUEUE, f"letter: {letter.kind}"
        )
        await self._run_with_escalation(call, Attention.MAIL_RETRYING, None)
        self.pending_emails.remove(letter)

    async def _run_with_escalation(
        self,
        call: Callable[[bool], Coroutine[Any, Any, T]],
        attention: Attention,
        take: Callable[[T], None] | None,
    ) -> None:
        """Call until it is done; ask for attention when that lasts long, or can never be."""
        try:
            done, troubled = await self._retry_until_success(call, attention)
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and not is_cancelled_exception(error):
                self._enqueue(AttentionChanged(attention=error.cause.type or attention))
            return
        if troubled:
            self._enqueue(AttentionChanged(attention=attention, cleared=True))
        if take:
            take(done)

    async def _retry_until_success(
        self, call: Callable[[bool], Coroutine[Any, Any, T]], attention: Attention
    ) -> tuple[T, bool]:
        """Return what came of the call, and whether attention was asked for on the way."""
        troubled = False
        while True:
            try:
                return await call(troubled), troubled
            except ActivityError as error:
                if _is_final(error):
                    raise
                wait = _requested_backoff(error)
            if wait:
                await workflow.sleep(wait, summary="as long as we were asked to wait")
            elif wait is None and not troubled:
                troubled = True
                self._enqueue(AttentionChanged(attention=attention))


def _activity_call(
    method: Callable[[Any, Any], Awaitable[T]],
    argument: object,
    queue: str,
    summary: str,
    priority: Priority = Priority.default,
) -> Callable[[bool], Coroutine[Any, Any, T]]:
    """Return the call in its two phases: short of being noticed, and then without end."""

    async def call(patient: bool) -> T:
        return await workflow.execute_activity_method(
            method,
            argument,
            task_queue=queue,
            start_to_close_timeout=activity_options.CALL_TIMEOUT,
            schedule_to_close_timeout=None if patient else activity_options.ESCALATION_DELAY,
            retry_policy=activity_options.UNLIMITED_RETRY_POLICY,
            summary=summary,
            priority=priority,
        )

    return call


def _requested_backoff(error: ActivityError) -> timedelta | None:
    """Return how long to wait where nothing is wrong: the partner asked for it, or others of its
    claims go first. A long queue is no reason to ask for attention.
    """
    cause = error.cause
    if isinstance(cause, TimeoutError):  # it waited for a slot of a worker when its time was over
        cause = cause.cause
        return timedelta(0) if _is_backpressure(cause) else None
    return cause.next_retry_delay if _is_backpressure(cause) else None


def _is_backpressure(cause: BaseException | None) -> TypeGuard[ApplicationError]:
    return (
        isinstance(cause, ApplicationError) and cause.type in activity_options.BACKPRESSURE_ERRORS
    )


def _is_final(error: ActivityError) -> bool:
    cause = error.cause
    return is_cancelled_exception(error) or (
        isinstance(cause, ApplicationError) and cause.non_retryable
    )
