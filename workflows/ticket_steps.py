"""The steps of a running ticket: each is persisted before anything follows from it."""

from contextlib import suppress

from temporalio import workflow

from workflows.activity_options import (
    PENDING_OUTCOME_TIMEOUT,
    run_durably,
    run_locally_with_fallback,
)
from workflows.refused_claims import RefusedClaimFlow
from workflows.search_attributes import changed_attributes

with workflow.unsafe.imports_passed_through():
    from activities.persistence import (
        InformationSubmission,
        Persistence,
        Settlement,
        SilentConfirmation,
    )
    from domain.handlers.commands import next_delivery_purpose
    from domain.handlers.information_requests import information_purpose
    from domain.handlers.message_handling import apply_information, information_changes
    from domain.handlers.response_timeout import (
        TimeoutResult,
        apply_response_timeout,
        market_month,
        timeout_changes,
    )
    from domain.tickets.lifecycle import State
    from domain.tickets.messages import InformationAnswer
    from domain.tickets.settlement import SettlementResult
    from domain.tickets.ticket import (
        ChangeSet,
        change_summary,
        render_details,
    )
    from domain.tickets.ticket_aggregate import TicketAggregate, settlement_changes
    from domain.values.types import Money


class TicketSteps(RefusedClaimFlow):
    """Persists the steps of a ticket, and then does what follows from them."""

    def __init__(self) -> None:
        """Be ready for messages."""
        super().__init__()
        self._handled_in_activation = 0

    async def _submit_information(
        self, aggregate: TicketAggregate, request: InformationAnswer
    ) -> None:
        """Let the form and the books take the member's answer, or refuse it field by field."""
        if aggregate.has_pending_changes:
            await self._persist(aggregate)
        now = workflow.now()
        change_set = information_changes(aggregate.ticket, request, now)
        submission = InformationSubmission(number=self._number, request=request, changes=change_set)
        found = await run_durably(
            Persistence.save_information, submission, "take the member's answer"
        )
        self._handled_in_activation = 0
        apply_information(aggregate, request, now, found.code, found.problems)
        if found.code:
            await self._persist(aggregate)
        else:
            dates = {**aggregate.ticket.anchor_dates, **found.anchor_dates}
            aggregate.change(
                anchor_dates=dates, order_key=found.order_key or aggregate.ticket.order_key
            )
            self._after_persist(aggregate, aggregate.collect_changes())
            purpose = information_purpose(aggregate.ticket)
            self._tasks.start_delivery(aggregate.ticket.partner_id, purpose)

    async def _handle_response_timeout(self, aggregate: TicketAggregate, amount: Money) -> None:
        if aggregate.has_pending_changes:
            await self._persist(aggregate)
        now, ticket = workflow.now(), aggregate.ticket
        confirmation = SilentConfirmation(
            number=self._number,
            amount=amount,
            month=market_month(ticket, now),
            monthly_cap=ticket.terms.response.auto_confirm_monthly_cap or amount,
            changes_by_result=timeout_changes(ticket, now),
        )
        found = TimeoutResult(
            await run_durably(
                Persistence.confirm_on_timeout, confirmation, "the partner stayed silent"
            )
        )
        apply_response_timeout(aggregate, now, found)
        self._after_persist(aggregate, aggregate.collect_changes())

    async def _persist(self, aggregate: TicketAggregate) -> None:
        change_set = aggregate.collect_changes()
        await run_durably(Persistence.apply_changes, change_set, change_summary(change_set))
        self._handled_in_activation = 0
        self._after_persist(aggregate, change_set)

    async def _grant_reward(self, aggregate: TicketAggregate) -> None:
        now, amount = workflow.now(), aggregate.ticket.confirmed_amount
        if amount is None:
            raise AssertionError("a settlement is due only with its amount")
        settlement = Settlement(
            number=self._number,
            amount=amount,
            changes_by_result=settlement_changes(aggregate.ticket, now),
        )
        found = await run_durably(Persistence.settle, settlement, "grant the reward")
        if found is None:
            await self._wait_for_pending_outcome()
            return
        aggregate.apply_settlement(SettlementResult(found), now)
        self._after_persist(aggregate, aggregate.collect_changes())

    async def _wait_for_pending_outcome(self) -> None:
        """Wait for what the partner has said, which is on its way here."""
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: bool(self._queue), timeout=PENDING_OUTCOME_TIMEOUT
            )

    async def _release_hold(self, aggregate: TicketAggregate) -> None:
        found = await run_locally_with_fallback(
            Persistence.recheck_rewards, self._number, "look again after the hold"
        )
        aggregate.apply_release(found, workflow.now())
        await self._persist(aggregate)
        if aggregate.ticket.state is State.VALIDATED:
            self._tasks.start_delivery(
                aggregate.ticket.partner_id, next_delivery_purpose(aggregate)
            )

    def _after_persist(self, aggregate: TicketAggregate, change_set: ChangeSet) -> None:
        """Tell whoever must know what was written down."""
        self._tasks.send_emails(change_set.emails)
        if aggregate.ticket.state not in (State.VALIDATED, State.SENT_TO_PARTNER):
            self._tasks.cancel_delivery()
        self._update_visibility(aggregate)

    def _update_visibility(self, aggregate: TicketAggregate) -> None:
        workflow.set_current_details(render_details(aggregate.ticket))
        told = changed_attributes(workflow.info().typed_search_attributes, aggregate.ticket)
        if told:
            workflow.upsert_search_attributes(told)
