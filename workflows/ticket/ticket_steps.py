"""The steps of a ticket: each is persisted first; e-mails, deliveries and visibility follow."""

from collections.abc import Collection
from contextlib import suppress

from temporalio import workflow

from activities.persistence import Persistence
from activities.persistence_requests import (
    InformationSubmission,
    Settlement,
    SilentConfirmation,
)
from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.information_requests import information_purpose
from domain.handlers.information_results import apply_information, information_changes
from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
    auto_confirmable_amount,
    market_month,
    timeout_changes,
)
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet, change_summary
from domain.tickets.messages.commands import InformationAnswer
from domain.tickets.snapshot import render_details
from domain.tickets.states import State
from workflows.activity_calls.execution import run_durably, run_locally_with_fallback
from workflows.activity_options import PENDING_OUTCOME_TIMEOUT
from workflows.search_attributes import changed_attributes
from workflows.ticket.runtime import Runtime


class TicketSteps:
    """Takes the steps of one ticket."""

    def __init__(self, runtime: Runtime, aggregate: TicketAggregate) -> None:
        """Change `aggregate`, and start what follows as tasks of `runtime`."""
        self._runtime = runtime
        self._aggregate = aggregate
        self.messages_in_activation = 0
        """Messages handled since the last activity or timer: see `MessageProcessor`."""

    async def persist(self) -> None:
        """Store the collected changes, then do what follows from them."""
        changes = self._aggregate.collect_changes()
        sent = await run_durably(Persistence.apply_changes, changes, change_summary(changes))
        self.messages_in_activation = 0
        self._after_persist(changes, sent)

    async def persist_pending(self) -> None:
        """Store the collected changes if there are any."""
        if self._aggregate.has_pending_changes:
            await self.persist()

    async def submit_information(self, request: InformationAnswer) -> None:
        """Complete the claim with the member's answers in the database, or reject them by field."""
        await self.persist_pending()
        now, aggregate = workflow.now(), self._aggregate
        submission = InformationSubmission(
            number=self._runtime.number,
            request=request,
            changes=information_changes(aggregate.ticket, request, now),
        )
        form = await run_durably(
            Persistence.save_information, submission, "save the member's answers"
        )
        self.messages_in_activation = 0
        apply_information(aggregate, request, now, form.code, form.problems)
        if form.code:
            await self.persist()
            return
        aggregate.apply_form(form.anchor_dates, form.order_key)
        self._after_persist(aggregate.collect_changes())
        self._deliver(information_purpose(aggregate.ticket))

    async def handle_response_timeout(self) -> None:
        """Confirm the claim automatically, as far as the partner's monthly cap allows."""
        await self.persist_pending()
        now, ticket = workflow.now(), self._aggregate.ticket
        amount = auto_confirmable_amount(self._aggregate, now)
        if amount is None:
            raise AssertionError("an automatic confirmation is due only with its amount")
        confirmation = SilentConfirmation(
            number=self._runtime.number,
            amount=amount,
            month=market_month(ticket, now),
            monthly_cap=ticket.terms.response.auto_confirm_monthly_cap or amount,
            changes_by_result=timeout_changes(ticket, now),
        )
        result = await run_durably(
            Persistence.confirm_on_timeout, confirmation, "the partner did not answer in time"
        )
        apply_response_timeout(self._aggregate, now, TimeoutResult(result))
        self._after_persist(self._aggregate.collect_changes())

    async def grant_reward(self) -> None:
        """Grant the reward, or close the ticket as the stored facts demand."""
        now, amount = workflow.now(), self._aggregate.ticket.confirmed_amount
        if amount is None:
            raise AssertionError("a settlement is due only with its amount")
        settlement = Settlement(
            number=self._runtime.number,
            amount=amount,
            changes_by_result=settlement_changes(self._aggregate.ticket, now),
        )
        settled = await run_durably(Persistence.settle, settlement, "grant the reward")
        if settled.result is None:
            await self._wait_for_pending_outcome()
            return
        self._aggregate.apply_settlement(settled.result, now)
        self._after_persist(self._aggregate.collect_changes(), settled.sent_emails)

    async def release_hold(self) -> None:
        """End the hold of an early claim by what the stored rewards say now."""
        result = await run_locally_with_fallback(
            Persistence.recheck_rewards, self._runtime.number, "check the rewards after the hold"
        )
        self._aggregate.apply_release(result, workflow.now())
        await self.persist()
        if self._aggregate.ticket.state is State.VALIDATED:
            self._deliver(next_delivery_purpose(self._aggregate))

    def update_visibility(self) -> None:
        """Show the ticket's state in its details and search attributes."""
        ticket = self._aggregate.ticket
        workflow.set_current_details(render_details(ticket))
        if updates := changed_attributes(workflow.info().typed_search_attributes, ticket):
            workflow.upsert_search_attributes(updates)

    async def _wait_for_pending_outcome(self) -> None:
        """Wait for a stored outcome of the partner, which has been dispatched again."""
        queue = self._runtime.queue
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(queue), timeout=PENDING_OUTCOME_TIMEOUT)

    def _deliver(self, purpose: str) -> None:
        self._runtime.tasks.start_delivery(self._aggregate.ticket.partner_id, purpose)

    def _after_persist(self, changes: ChangeSet, sent: Collection[str] = ()) -> None:
        """Do what follows from a stored step, whose e-mails with the keys `sent` are sent."""
        self._runtime.tasks.send_emails(one for one in changes.emails if one.key not in sent)
        if self._aggregate.ticket.state not in (State.VALIDATED, State.SENT_TO_PARTNER):
            self._runtime.tasks.cancel_delivery()
