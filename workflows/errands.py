"""What goes on beside a ticket's story: claims on their way to the partner, letters, the next
deadline.

An errand changes nothing itself: what comes of it is put into the ticket's inbox as a message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.letters import Letters, Posting
from activities.partner_calls import Delivery, PartnerCalls
from domain.claim import Contact
from domain.letters import Letter
from domain.messages import DeadlinePassed, Message, Troubled
from domain.ticket import Attention
from workflows import policies

T = TypeVar("T")


class Errands:
    """The errands of one ticket."""

    def __init__(self, number: str, put: Callable[[Message], None]) -> None:
        """Run errands for the ticket `number`; `put` takes what comes of them."""
        self._number = number
        self._put = put
        self._last_letter: asyncio.Task[None] | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None

    @property
    def letters_gone(self) -> bool:
        """Say whether no letter is on its way any more."""
        return self._last_letter is None or self._last_letter.done()

    def deliver(self, partner_id: str, purpose: str) -> None:
        """Send the claim to its partner, instead of any earlier attempt that still goes on."""
        self.stop_delivery()
        delivery = Delivery(number=self._number, partner_id=partner_id, purpose=purpose)
        self._delivery = asyncio.create_task(self._deliver(delivery))

    def stop_delivery(self) -> None:
        """Try no longer to deliver the claim."""
        if self._delivery:
            self._delivery.cancel()
        self._delivery = None

    def post(self, letters: Iterable[Letter], contact: Contact | None = None) -> None:
        """Send letters that are written down, in order; `contact` where the database has none."""
        for letter in letters:
            posting = Posting(number=self._number, key=letter.key, contact=contact)
            task = self._post(posting, letter.kind, after=self._last_letter)
            self._last_letter = asyncio.create_task(task)

    def set_alarm(self, due_at: datetime | None, what: str) -> None:
        """Let a durable timer ring at `due_at`; one that is set for that moment already stays."""
        if due_at == self._alarm_at:
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm_at = due_at
        self._alarm = asyncio.create_task(self._ring(due_at, what)) if due_at else None

    async def _ring(self, due_at: datetime, what: str) -> None:
        wait = (due_at - workflow.now()).total_seconds()
        if wait > 0:
            await workflow.sleep(wait, summary=f"{what}, due {due_at:%Y-%m-%d %H:%M:%S} UTC")
        self._alarm_at = None
        self._put(DeadlinePassed())

    async def _deliver(self, delivery: Delivery) -> None:
        summary = f"{delivery.purpose} to {delivery.partner_id}"
        call = _call(PartnerCalls.deliver, delivery, policies.PARTNER_QUEUE, summary)
        await self._until_done(call, Attention.DELIVERY_RETRYING, self._put)

    async def _post(self, posting: Posting, kind: str, after: asyncio.Task[None] | None) -> None:
        if after:
            await after
        call = _call(Letters.send, posting, policies.MAIL_QUEUE, f"letter: {kind}")
        await self._until_done(call, Attention.MAIL_UNDELIVERABLE, None)

    async def _until_done(
        self,
        call: Callable[[bool], Coroutine[Any, Any, T]],
        attention: Attention,
        take: Callable[[T], None] | None,
    ) -> None:
        """Call until it is done; ask for attention when that lasts long, or can never be."""
        try:
            try:
                done = await call(False)
            except ActivityError as error:
                if _is_final(error):
                    raise
                self._put(Troubled(attention=attention))
                done = await call(True)
                self._put(Troubled(attention=attention, over=True))
            if take:
                take(done)
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and not is_cancelled_exception(error):
                self._put(Troubled(attention=error.cause.type or attention))


def _call(
    method: Callable[[Any, Any], Awaitable[T]], argument: object, queue: str, summary: str
) -> Callable[[bool], Coroutine[Any, Any, T]]:
    """Return the call in its two phases: short of being noticed, and then without end."""

    async def call(patient: bool) -> T:
        return await workflow.execute_activity_method(
            method,
            argument,
            task_queue=queue,
            start_to_close_timeout=policies.CALL_TIMEOUT,
            schedule_to_close_timeout=None if patient else policies.UNNOTICED,
            retry_policy=policies.WITHOUT_END,
            summary=summary,
        )

    return call


def _is_final(error: ActivityError) -> bool:
    cause = error.cause
    return is_cancelled_exception(error) or (
        isinstance(cause, ApplicationError) and cause.non_retryable
    )
