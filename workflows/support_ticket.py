"""The story of a support ticket, from claim to reward (product.md, "The life of a ticket").

Handlers only put messages into an inbox. The run loop takes them one at a time: it asks the domain
what follows, writes that down, and then tells whoever must know. It decides nothing itself.
"""

from collections import deque
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.persistence import Persistence, Settlement
    from domain.admission import Admission, AdmissionResult, admitted_contact, refusal
    from domain.course import Course, foreseen
    from domain.hearing import hear
    from domain.lifecycle import State
    from domain.messages import Message, Unreadable
    from domain.numbers import is_number
    from domain.outcomes import NOT_NOW
    from domain.requests import next_delivery
    from domain.settlement import Verdict
    from domain.ticket import (
        Answer,
        TicketOutcome,
        TicketSnapshot,
        Writing,
        describe,
        outcome,
        snapshot,
    )
    from workflows import inputs
    from workflows.attributes import changes
    from workflows.errands import Errands
    from workflows.policies import durably

_DUE = {
    State.ON_HOLD: "the hold",
    State.AWAITING_CANCELLATION_PERIOD: "the cancellation period",
}


@workflow.defn(name="SupportTicket")
class SupportTicket:
    """One ticket; its workflow id is the ticket number."""

    def __init__(self) -> None:
        """Be ready for messages: they may come before `run` has begun."""
        self._number = workflow.info().workflow_id
        self._inbox: deque[tuple[Message, tuple[str, ...]]] = deque()
        self._admission: Admission | None = None
        self._course: Course | None = None
        self._answers: dict[str, Answer] = {}
        self._errands = Errands(self._number, self._put)

    @workflow.run
    async def run(self, *claim: RawValue) -> TicketOutcome:
        """Admit the claim (`TicketClaim` as JSON) and lead its ticket to its end."""
        admission = await self._admit(claim)
        if admission.ticket is None or admission.stale:
            await self._await_errands()
            return TicketOutcome(
                number=self._number,
                state=admission.result.state,
                reason_code=next((r.code for r in admission.result.reasons), None),
            )
        course = self._course = Course(admission.ticket)
        if course.ticket.state is State.VALIDATED:
            self._errands.deliver(course.ticket.partner_id, next_delivery(course))
        self._announce(course)
        while not course.ended or not self._is_quiet():
            await self._step(course)
        return outcome(course.ticket)

    async def _step(self, course: Course) -> None:
        now = workflow.now()
        if course.settlement_due(now):
            await self._settle(course)
        elif course.release_due(now):
            await self._release(course)
        else:
            self._errands.set_alarm(
                course.ticket.due_at, _DUE.get(course.ticket.state, "the partner's answer")
            )
            await workflow.wait_condition(
                lambda: bool(self._inbox) or (course.ended and self._is_quiet())
            )
            await self._hear(course)

    async def _admit(self, claim: Sequence[RawValue]) -> Admission:
        request = inputs.admission_request(claim)
        if is_number(self._number):
            self._admission = await durably(Persistence.admit, request, "admit the claim")
        else:
            result = refusal(self._number, "unknown_number")
            self._admission = Admission(result=result, digest=request.digest)
        if not self._admission.stale:
            contact = None if self._admission.ticket else admitted_contact(request)
            self._errands.post(self._admission.letters, contact)
        return self._admission

    async def _hear(self, course: Course) -> None:
        if not self._inbox:
            return
        message, unknown = self._inbox.popleft()
        heard = hear(course, message, workflow.now(), unknown)
        # Mere notes wait for the next writing, so that a flood of them stays cheap.
        if not (heard.quiet and self._inbox) and (course.has_unwritten or not heard.quiet):
            await self._write(course)
        if heard.deliver:
            self._errands.deliver(course.ticket.partner_id, heard.deliver)
        if heard.answer:
            self._answers[heard.answer.request_id] = heard.answer

    async def _write(self, course: Course) -> None:
        writing = course.write_down()
        await durably(Persistence.write, writing, _said(writing))
        self._told(course, writing)

    async def _settle(self, course: Course) -> None:
        if course.has_unwritten:
            await self._write(course)
        now, amount = workflow.now(), course.ticket.confirmed
        if amount is None:
            return
        settlement = Settlement(
            number=self._number, amount=amount, candidates=foreseen(course.ticket, now)
        )
        verdict = Verdict(await durably(Persistence.settle, settlement, "grant the reward"))
        course.settle(verdict, now)
        self._told(course, course.write_down())

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

    def _is_quiet(self) -> bool:
        waiting = bool(self._inbox) or not self._errands.letters_gone
        return not waiting and workflow.all_handlers_finished()

    async def _await_errands(self) -> None:
        await workflow.wait_condition(
            lambda: self._errands.letters_gone and workflow.all_handlers_finished()
        )

    def _put(self, message: Message, unknown: tuple[str, ...] = ()) -> None:
        self._inbox.append((message, unknown))

    @workflow.update
    async def admit(self, *digest: RawValue) -> AdmissionResult:
        """Return the answer that `run` reached; `key_reused` for the digest of another claim."""
        await workflow.wait_condition(lambda: self._admission is not None)
        admission = self._admission
        if admission is None or inputs.content(digest) != admission.digest:
            return refusal(self._number, "key_reused")
        return admission.result

    @workflow.signal
    def partner_outcome(self, *message: RawValue) -> None:
        """Hear what the partner found (`PartnerOutcome`)."""
        self._put(*inputs.signal_message("partner_outcome", message))

    @workflow.signal
    def reward_registered(self, *message: RawValue) -> None:
        """Hear that the platform's tracking found the reward (`RewardRegistered`)."""
        self._put(*inputs.signal_message("reward_registered", message))

    @workflow.signal(dynamic=True)
    def unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep a signal that nobody here knows."""
        self._put(*inputs.signal_message(name, args))

    @workflow.update
    async def provide_information(self, *request: RawValue) -> Answer:
        """Take the member's answers to a question (`InformationAnswer`)."""
        return await self._ask("provide_information", request)

    @workflow.update
    async def request_information(self, *request: RawValue) -> Answer:
        """Ask the member (`InformationRequest`)."""
        return await self._ask("request_information", request)

    @workflow.update
    async def withdraw(self, *request: RawValue) -> Answer:
        """Take the claim back (`Withdrawal`)."""
        return await self._ask("withdraw", request)

    @workflow.update
    async def decide(self, *request: RawValue) -> Answer:
        """Decide in the partner's stead (`Decision`)."""
        return await self._ask("decide", request)

    @workflow.update
    async def resend_to_partner(self, *request: RawValue) -> Answer:
        """Send the claim once more (`Resend`)."""
        return await self._ask("resend_to_partner", request)

    @workflow.query(name="snapshot")
    def where_it_stands(self) -> TicketSnapshot:
        """Return where the ticket stands; no personal data."""
        if self._course:
            return snapshot(self._course.ticket)
        state = self._admission.result.state if self._admission else State.CREATED
        return TicketSnapshot(
            number=self._number, state=state, started_at=workflow.info().start_time
        )

    async def _ask(self, name: str, args: Sequence[RawValue]) -> Answer:
        """Put a request into the inbox and wait for its answer; a refusal carries its code."""
        request, unknown = inputs.update_request(name, args)
        await workflow.wait_condition(lambda: self._admission is not None)
        if isinstance(request, Unreadable):
            self._put(request, unknown)
            raise ApplicationError("malformed", request.problems, type="malformed")
        if self._admission is None or self._admission.ticket is None or self._admission.stale:
            raise ApplicationError(NOT_NOW, type=NOT_NOW)
        self._put(request, unknown)
        await workflow.wait_condition(lambda: request.request_id in self._answers)
        answer = self._answers[request.request_id]
        if answer.code:
            raise ApplicationError(answer.code, type=answer.code)
        return answer


def _said(writing: Writing) -> str:
    moves = [f"{move.event} → {move.to}" for move in writing.moves]
    return ", ".join(moves) or "note what was heard"
