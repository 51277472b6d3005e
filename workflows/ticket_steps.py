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
    from domain.handlers.commands import next_delivery
    from domain.handlers.information_requests import information_purpose
    from domain.handlers.message_handling import foreseen_answer, hear_answer
    from domain.handlers.response_timeout import (
        TimeoutResult,
        fall_silent,
        foreseen_silence,
        month_of,
    )
    from domain.tickets.lifecycle import State
    from domain.tickets.messages import InformationAnswer
    from domain.tickets.settlement import SettlementResult
    from domain.tickets.ticket import (
        ChangeSet,
        change_summary,
        render_details,
    )
    from domain.tickets.ticket_aggregate import TicketAggregate, foreseen
    from domain.values.types import Money


class TicketSteps(RefusedClaimFlow):
    """Persists the steps of a ticket, and then does what follows from them."""

    def __init__(self) -> None:
        """Be ready for messages."""
        super().__init__()
        self._handled_in_activation = 0

    async def _submit_information(
        self, course: TicketAggregate, request: InformationAnswer
    ) -> None:
        """Let the form and the books take the member's answer, or refuse it field by field."""
        if course.has_unwritten:
            await self._persist(course)
        now = workflow.now()
        writing = foreseen_answer(course.ticket, request, now)
        submission = InformationSubmission(number=self._number, request=request, changes=writing)
        found = await run_durably(
            Persistence.save_information, submission, "take the member's answer"
        )
        self._handled_in_activation = 0
        hear_answer(course, request, now, found.code, found.problems)
        if found.code:
            await self._persist(course)
        else:
            dates = {**course.ticket.anchor_dates, **found.anchor_dates}
            course.change(anchor_dates=dates, order_key=found.order_key or course.ticket.order_key)
            self._after_persist(course, course.write_down())
            purpose = information_purpose(course.ticket)
            self._tasks.start_delivery(course.ticket.partner_id, purpose)

    async def _handle_response_timeout(self, course: TicketAggregate, amount: Money) -> None:
        if course.has_unwritten:
            await self._persist(course)
        now, ticket = workflow.now(), course.ticket
        confirmation = SilentConfirmation(
            number=self._number,
            amount=amount,
            month=month_of(ticket, now),
            monthly_cap=ticket.terms.response.auto_confirm_monthly_cap or amount,
            changes_by_result=foreseen_silence(ticket, now),
        )
        found = TimeoutResult(
            await run_durably(
                Persistence.confirm_on_timeout, confirmation, "the partner stayed silent"
            )
        )
        fall_silent(course, now, found)
        self._after_persist(course, course.write_down())

    async def _persist(self, course: TicketAggregate) -> None:
        writing = course.write_down()
        await run_durably(Persistence.apply_changes, writing, change_summary(writing))
        self._handled_in_activation = 0
        self._after_persist(course, writing)

    async def _grant_reward(self, course: TicketAggregate) -> None:
        now, amount = workflow.now(), course.ticket.confirmed_amount
        if amount is None:
            raise AssertionError("a settlement is due only with its amount")
        settlement = Settlement(
            number=self._number, amount=amount, changes_by_result=foreseen(course.ticket, now)
        )
        found = await run_durably(Persistence.settle, settlement, "grant the reward")
        if found is None:
            await self._wait_for_pending_outcome()
            return
        course.settle(SettlementResult(found), now)
        self._after_persist(course, course.write_down())

    async def _wait_for_pending_outcome(self) -> None:
        """Wait for what the partner has said, which is on its way here."""
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: bool(self._queue), timeout=PENDING_OUTCOME_TIMEOUT
            )

    async def _release_hold(self, course: TicketAggregate) -> None:
        found = await run_locally_with_fallback(
            Persistence.recheck_rewards, self._number, "look again after the hold"
        )
        course.release(found, workflow.now())
        await self._persist(course)
        if course.ticket.state is State.VALIDATED:
            self._tasks.start_delivery(course.ticket.partner_id, next_delivery(course))

    def _after_persist(self, course: TicketAggregate, writing: ChangeSet) -> None:
        """Tell whoever must know what was written down."""
        self._tasks.send_emails(writing.emails)
        if course.ticket.state not in (State.VALIDATED, State.SENT_TO_PARTNER):
            self._tasks.cancel_delivery()
        self._update_visibility(course)

    def _update_visibility(self, course: TicketAggregate) -> None:
        workflow.set_current_details(render_details(course.ticket))
        told = changed_attributes(workflow.info().typed_search_attributes, course.ticket)
        if told:
            workflow.upsert_search_attributes(told)
