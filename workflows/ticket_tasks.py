"""The tasks of a ticket: the delivery to its partner, e-mails and the next timer.

A task changes nothing itself: its result goes into the ticket's message queue.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from temporalio import workflow
from temporalio.common import Priority

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.emails import EmailActivities, OutgoingEmailRef
from domain.claims.claim import Contact
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.messages.message import Message
from domain.values.types import FrozenModel
from workflows.activity_calls.retried_activity import RetriedActivity
from workflows.activity_options import ESCALATION_DELAY, MAIL_QUEUE, PARTNER_QUEUE


class PendingEmail(FrozenModel):
    """An e-mail that is not sent yet."""

    ref: OutgoingEmailRef
    kind: str


class TicketTasks:
    """The tasks of one ticket; `pending_emails` and `delivery_purpose` are those in progress."""

    def __init__(self, number: str, enqueue: Callable[[Message], None]) -> None:
        """Run tasks for the ticket `number`; `enqueue` gets their results."""
        self._number = number
        self._enqueue = enqueue
        self.pending_emails: list[PendingEmail] = []
        self.delivery_purpose: str | None = None
        self._last_email: asyncio.Task[None] | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._delivery_is_delayed = False
        self._is_timer_postponed = False
        self._timer: asyncio.Task[None] | None = None
        self._timer_due_at: datetime | None = None

    @property
    def all_emails_sent(self) -> bool:
        """Return whether no e-mail is pending."""
        return not self.pending_emails

    @property
    def needs_timer(self) -> bool:
        """Return whether a timer was postponed for a delivery that now takes long."""
        return self._is_timer_postponed and self._delivery_is_delayed

    def start_delivery(self, partner_id: str, purpose: str) -> None:
        """Send the claim to its partner; replaces an earlier delivery that is still in progress."""
        self.cancel_delivery()
        self.delivery_purpose, self._delivery_is_delayed = purpose, False
        delivery = DeliveryRequest(number=self._number, partner_id=partner_id, purpose=purpose)
        self._delivery = asyncio.create_task(self._deliver(delivery))

    def cancel_delivery(self) -> None:
        """Stop the delivery in progress."""
        if self._delivery:
            self._delivery.cancel()
        self._delivery, self.delivery_purpose = None, None

    def send_emails(self, emails: Iterable[OutgoingEmail], contact: Contact | None = None) -> None:
        """Send stored e-mails in order; `contact` if the database has no address for them."""
        for email in emails:
            ref = OutgoingEmailRef(number=self._number, key=email.key, contact=contact)
            self.send_email(PendingEmail(ref=ref, kind=email.kind))

    def send_email(self, email: PendingEmail) -> None:
        """Send an e-mail after those that were queued before it."""
        self.pending_emails.append(email)
        self._last_email = asyncio.create_task(self._send_in_order(email, after=self._last_email))

    def schedule_timer(self, due_at: datetime | None, what: str) -> None:
        """Replace the timer by one for `due_at`; one that has that time already stays.

        No timer is started for a time after the first phase of a delivery: the delivery's result
        usually brings another deadline within a second, and each timer costs an Action.
        """
        self._is_timer_postponed = due_at is not None and self._is_delivered_before(due_at)
        if self._is_timer_postponed:
            due_at = None
        if due_at == self._timer_due_at:
            return
        if self._timer:
            self._timer.cancel()
        self._timer_due_at = due_at
        self._timer = asyncio.create_task(self._fire_timer(due_at, what)) if due_at else None

    def _is_delivered_before(self, due_at: datetime) -> bool:
        """Return whether the first delivery phase ends, and wakes the run loop, before `due_at`."""
        is_brief = self.delivery_purpose is not None and not self._delivery_is_delayed
        return is_brief and due_at > workflow.now() + ESCALATION_DELAY

    async def _fire_timer(self, due_at: datetime, what: str) -> None:
        wait = (due_at - workflow.now()).total_seconds()
        if wait > 0:
            await workflow.sleep(wait, summary=f"{what}, due {due_at:%Y-%m-%d %H:%M:%S} UTC")
        self._timer_due_at = None
        self._enqueue(DeadlinePassed())

    async def _deliver(self, delivery: DeliveryRequest) -> None:
        activity = RetriedActivity(
            ClaimDelivery.deliver,
            delivery,
            PARTNER_QUEUE,
            summary=f"{delivery.purpose} to {delivery.partner_id}",
            attention=Attention.DELIVERY_RETRYING,
            priority=Priority(fairness_key=delivery.partner_id),
        )
        if delivered := await activity.run(self._enqueue, self._mark_delayed):
            self._enqueue(delivered)
        if self._delivery is asyncio.current_task():  # no other delivery has replaced this one
            self._delivery, self.delivery_purpose = None, None
            self._mark_delayed()

    def _mark_delayed(self) -> None:
        self._delivery_is_delayed = True

    async def _send_in_order(self, email: PendingEmail, after: asyncio.Task[None] | None) -> None:
        if after:
            await after
        activity = RetriedActivity(
            EmailActivities.send,
            email.ref,
            MAIL_QUEUE,
            summary=f"e-mail: {email.kind}",
            attention=Attention.MAIL_RETRYING,
        )
        await activity.run(self._enqueue)
        self.pending_emails.remove(email)
