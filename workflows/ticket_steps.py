"""The steps of a running ticket: each is persisted before anything follows from it."""

from contextlib import suppress

from temporalio import workflow

from workflows.activity_options import (
    ON_ITS_WAY,
    durably,
    recorded,
)
from workflows.refused_claims import Refusing
from workflows.search_attributes import changes

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
        Silence,
        fall_silent,
        foreseen_silence,
        month_of,
    )
    from domain.tickets.lifecycle import State
    from domain.tickets.messages import InformationAnswer
    from domain.tickets.settlement import Verdict
    from domain.tickets.ticket import (
        Writing,
        describe,
        summary,
    )
    from domain.tickets.ticket_aggregate import Course, foreseen
    from domain.values.types import Money


class TicketSteps(Refusing):
    """Persists the steps of a ticket, and then does what follows from them."""

    def __init__(self) -> None:
        """Be ready for messages."""
        super().__init__()
        self._heard_at_once = 0

    async def _inform(self, course: Course, request: InformationAnswer) -> None:
        """Let the form and the books take the member's answer, or refuse it field by field."""
        if course.has_unwritten:
            await self._write(course)
        now = workflow.now()
        writing = foreseen_answer(course.ticket, request, now)
        submission = InformationSubmission(number=self._number, request=request, changes=writing)
        found = await recorded(Persistence.save_information, submission, "take the member's answer")
        self._heard_at_once = 0
        hear_answer(course, request, now, found.code, found.problems)
        if found.code:
            await self._write(course)
        else:
            dates = {**course.ticket.dates, **found.dates}
            course.change(dates=dates, order_key=found.order_key or course.ticket.order_key)
            self._told(course, course.write_down())
            purpose = information_purpose(course.ticket)
            self._errands.deliver(course.ticket.partner_id, purpose)

    async def _fall_silent(self, course: Course, amount: Money) -> None:
        if course.has_unwritten:
            await self._write(course)
        now, ticket = workflow.now(), course.ticket
        confirmation = SilentConfirmation(
            number=self._number,
            amount=amount,
            month=month_of(ticket, now),
            monthly_cap=ticket.terms.response.auto_confirm_monthly_cap or amount,
            changes_by_result=foreseen_silence(ticket, now),
        )
        found = Silence(
            await recorded(
                Persistence.confirm_on_timeout, confirmation, "the partner stayed silent"
            )
        )
        fall_silent(course, now, found)
        self._told(course, course.write_down())

    async def _write(self, course: Course) -> None:
        writing = course.write_down()
        await recorded(Persistence.apply_changes, writing, summary(writing))
        self._heard_at_once = 0
        self._told(course, writing)

    async def _settle(self, course: Course) -> None:
        now, amount = workflow.now(), course.ticket.confirmed
        if amount is None:
            raise AssertionError("a settlement is due only with its amount")
        settlement = Settlement(
            number=self._number, amount=amount, changes_by_result=foreseen(course.ticket, now)
        )
        found = await recorded(Persistence.settle, settlement, "grant the reward")
        if found is None:
            await self._partner_first()
            return
        course.settle(Verdict(found), now)
        self._told(course, course.write_down())

    async def _partner_first(self) -> None:
        """Wait for what the partner has said, which is on its way here."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self._queue), timeout=ON_ITS_WAY)

    async def _release(self, course: Course) -> None:
        found = await durably(
            Persistence.recheck_rewards, self._number, "look again after the hold"
        )
        course.release(found, workflow.now())
        await self._write(course)
        if course.ticket.state is State.VALIDATED:
            self._errands.deliver(course.ticket.partner_id, next_delivery(course))

    def _told(self, course: Course, writing: Writing) -> None:
        """Tell whoever must know what was written down."""
        self._errands.post(writing.letters)
        if course.ticket.state not in (State.VALIDATED, State.SENT_TO_PARTNER):
            self._errands.stop_delivery()
        self._announce(course)

    def _announce(self, course: Course) -> None:
        workflow.set_current_details(describe(course.ticket))
        told = changes(workflow.info().typed_search_attributes, course.ticket)
        if told:
            workflow.upsert_search_attributes(told)
