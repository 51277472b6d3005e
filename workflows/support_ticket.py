"""The story of a support ticket, from claim to reward (product.md, "The life of a ticket").

Handlers only put messages into an inbox. The run loop takes them one at a time: it asks the domain
what follows, writes that down, and then tells whoever must know. It decides nothing itself.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows import message_decoding
from workflows.activity_options import (
    CARRIED_BYTES,
    HEARD_AT_ONCE,
    ON_ITS_WAY,
    durably,
    is_long,
    recorded,
)
from workflows.continue_as_new import Carried, pack, taken_up, unpack
from workflows.message_queue import give, read, refuse
from workflows.refused_claims import Refusing
from workflows.search_attributes import changes

with workflow.unsafe.imports_passed_through():
    from activities.persistence import Asked, Given, Hush, Persistence, Settlement
    from domain.admission.admission import (
        Admission,
        AdmissionResult,
        admitted_contact,
        refusal,
    )
    from domain.handlers.commands import first_answer, next_delivery, would_confirm
    from domain.handlers.information_requests import NOT_NOW, information_purpose
    from domain.handlers.message_handling import foreseen_answer, hear, hear_answer
    from domain.handlers.response_deadlines import awaited, next_alarm
    from domain.handlers.response_timeout import (
        Silence,
        confirmable,
        fall_silent,
        foreseen_silence,
        month_of,
    )
    from domain.tickets.lifecycle import State
    from domain.tickets.messages import InformationAnswer, Message, Request, Unreadable
    from domain.tickets.settlement import Verdict
    from domain.tickets.ticket import (
        Answered,
        TicketOutcome,
        TicketSnapshot,
        Writing,
        describe,
        outcome,
        snapshot,
        summary,
    )
    from domain.tickets.ticket_aggregate import RETRYING, Course, foreseen
    from domain.values.ticket_number import is_number
    from domain.values.types import Money


@workflow.defn(name="SupportTicket")
class SupportTicket(Refusing):
    """One ticket; its workflow id is the ticket number."""

    def __init__(self) -> None:
        """Be ready for messages: they may come before `run` has begun."""
        super().__init__()
        self._admission: Admission | None = None
        self._course: Course | None = None
        self._heard_at_once = 0

    @workflow.run
    async def run(self, *claim: RawValue) -> TicketOutcome:
        """Admit the claim (`TicketClaim` as JSON) and lead its ticket to its end."""
        story = asyncio.create_task(self._tell(claim))
        while True:
            try:
                end = await asyncio.shield(story)
            except asyncio.CancelledError:
                if story.cancelled():
                    raise
                # A ticket is withdrawn or decided, not cancelled: its books would stay open.
                self._put(Unreadable(message="cancel", problems={"": "withdraw or decide instead"}))
            else:
                break
        if isinstance(end, TicketOutcome):
            return end
        workflow.continue_as_new(args=[end])

    async def _tell(self, claim: Sequence[RawValue]) -> TicketOutcome | dict[str, Any]:
        """Lead the ticket to its end, or to where its history is continued as a new one."""
        if carried := unpack(claim) or await taken_up(claim):
            course = self._take_up(carried)
            if course.ticket.attention != carried.ticket.attention:
                await self._write(course)
            return await self._lead(course)
        admission = await self._admit(claim)
        if admission.stale:
            while not workflow.all_handlers_finished():
                self._queue.refuse_requests(NOT_NOW)
                await workflow.wait_condition(self._stirs)
            return TicketOutcome(number=self._number, state=admission.result.state)
        if admission.ticket is None:
            return await self._refuse(admission)
        course = self._course = Course(admission.ticket)
        self._errands.post(admission.letters)
        if course.ticket.state is State.VALIDATED:
            self._errands.deliver(course.ticket.partner_id, next_delivery(course))
        return await self._lead(course)

    def _take_up(self, carried: Carried) -> Course:
        """Go on where the run before this one stood."""
        self._queue.take_over(carried.waiting)
        self._admission = carried.admission
        self._course = Course(carried.ticket)
        # What is taken up is tried as if anew; it asks for attention again if that lasts.
        self._course.attend(drop=RETRYING)
        for letter in carried.letters:
            self._errands.send(letter)
        if carried.delivering:
            self._errands.deliver(carried.ticket.partner_id, carried.delivering)
        return self._course

    async def _lead(self, course: Course) -> TicketOutcome | dict[str, Any]:
        self._announce(course)
        while not course.ended or not self._is_quiet():
            if self._admission and self._may_continue(course):
                return pack(self._admission, course.ticket, self._errands, self._queue)
            await self._step(course)
        return outcome(course.ticket)

    def _may_continue(self, course: Course) -> bool:
        """Say whether to continue as new: the history is long, nobody waits for an answer, and what
        else waits can go along.
        """
        self._queue.is_closing = is_long()
        goes_along = not self._queue.has_urgent and self._queue.size <= CARRIED_BYTES
        finished = not course.has_unwritten and workflow.all_handlers_finished()
        return self._queue.is_closing and goes_along and finished

    async def _step(self, course: Course) -> None:
        now = workflow.now()
        if self._queue:  # a cancellation that has come goes before the grant
            await self._hear(course)
        elif course.settlement_due(now):
            await self._settle(course)
        elif course.release_due(now):
            await self._release(course)
        elif amount := confirmable(course, now):
            await self._fall_silent(course, amount)
        else:
            self._errands.set_alarm(next_alarm(course.ticket), awaited(course.ticket))
            await workflow.wait_condition(lambda: self._stirs() or self._may_continue(course))

    async def _admit(self, claim: Sequence[RawValue]) -> Admission:
        request = message_decoding.admission_request(claim)
        if is_number(self._number):
            self._admission = await durably(Persistence.admit, request, "admit the claim")
        else:
            result = refusal(self._number, "unknown_number")
            self._admission = Admission(result=result, digest=request.digest)
        if self._admission.ticket is None:
            self._contact = admitted_contact(request)
        return self._admission

    async def _hear(self, course: Course) -> None:
        """Take one message out of the queue; hand the next activation what is too much for one."""
        self._heard_at_once += 1
        if self._heard_at_once > HEARD_AT_ONCE:
            await workflow.sleep(timedelta(milliseconds=1), summary="more messages wait")
            self._heard_at_once = 0
        waiting = self._queue.take()
        message, unknown = read(waiting)
        if isinstance(message, Unreadable):
            refuse(waiting, message, "malformed")
        give(waiting, message, await self._answer(course, message, unknown))

    async def _answer(
        self, course: Course, message: Message, unknown: tuple[str, ...]
    ) -> Answered | None:
        """Do what follows from a message; return the answer to a request."""
        if isinstance(message, Request) and course.may_have_forgotten(message):
            if course.has_unwritten:
                await self._write(course)
            asked = Asked.by(self._number, message)
            if first := await durably(Persistence.first_answer, asked, "look for its first answer"):
                return first
        against = None
        if isinstance(message, Request) and would_confirm(course, message):
            against = await durably(Persistence.look_against, self._number, "look at the facts")
        heard = hear(course, message, workflow.now(), unknown, against)
        # Mere notes wait for the next writing, so that a flood of them stays cheap.
        waits = heard.quiet and self._queue and not course.is_full
        if not waits and (course.has_unwritten or not heard.quiet):
            await self._write(course)
        if heard.deliver:
            self._errands.deliver(course.ticket.partner_id, heard.deliver)
        if heard.check:
            await self._inform(course, heard.check)
            return first_answer(course, heard.check)
        return heard.answer

    async def _inform(self, course: Course, request: InformationAnswer) -> None:
        """Let the form and the books take the member's answer, or refuse it field by field."""
        if course.has_unwritten:
            await self._write(course)
        now = workflow.now()
        writing = foreseen_answer(course.ticket, request, now)
        given = Given(number=self._number, request=request, writing=writing)
        found = await recorded(Persistence.take_information, given, "take the member's answer")
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
        hush = Hush(
            number=self._number,
            amount=amount,
            month=month_of(ticket, now),
            cap=ticket.terms.response.auto_confirm_monthly_cap or amount,
            candidates=foreseen_silence(ticket, now),
        )
        found = Silence(await recorded(Persistence.take_silence, hush, "the partner stayed silent"))
        fall_silent(course, now, found)
        self._told(course, course.write_down())

    async def _write(self, course: Course) -> None:
        writing = course.write_down()
        await recorded(Persistence.write, writing, summary(writing))
        self._heard_at_once = 0
        self._told(course, writing)

    async def _settle(self, course: Course) -> None:
        now, amount = workflow.now(), course.ticket.confirmed
        if amount is None:
            raise AssertionError("a settlement is due only with its amount")
        settlement = Settlement(
            number=self._number, amount=amount, candidates=foreseen(course.ticket, now)
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
        found = await durably(Persistence.look_again, self._number, "look again after the hold")
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

    @property
    def _has_ended(self) -> bool:
        return self._course is None or self._course.ended

    @workflow.update
    async def admit(self, *digest: RawValue) -> AdmissionResult:
        """Return the answer that `run` reached; `key_reused` for the digest of another claim."""
        await workflow.wait_condition(lambda: self._admission is not None)
        admission = self._admission
        if admission is None or message_decoding.content(digest) != admission.digest:
            return refusal(self._number, "key_reused")
        return admission.result

    @workflow.query(name="snapshot")
    def where_it_stands(self) -> TicketSnapshot:
        """Return where the ticket stands; no personal data."""
        if self._course:
            return snapshot(self._course.ticket)
        state = self._admission.result.state if self._admission else State.CREATED
        return TicketSnapshot(
            number=self._number, state=state, started_at=workflow.info().workflow_start_time
        )
