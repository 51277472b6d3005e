"""A ticket's inbox: every signal and update goes in here, whatever it holds; `run` takes it out.

Handlers decide nothing. Their names and arguments are public (contract.md, "Temporal"); variadic
and raw, so that nothing that is sent can stop the workflow.
"""

from collections import deque
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.messages import Message, Troubled, Unreadable
from domain.questions import NOT_NOW
from domain.requests import answer_for
from domain.ticket import Answer, Answered, Attention
from workflows import inputs


class Inbox:
    """The messages that wait, and the answers that were given."""

    def __init__(self) -> None:
        """Be empty."""
        self._inbox: deque[tuple[Message, tuple[str, ...]]] = deque()
        self._answers: dict[str, Answered] = {}

    def _takes_requests(self) -> bool | None:
        """Say whether there is a ticket to ask for something; `None` while that is open."""
        raise NotImplementedError

    def _put(self, message: Message, unknown: tuple[str, ...] = ()) -> None:
        self._inbox.append((message, unknown))

    @workflow.signal
    def partner_outcome(self, *message: RawValue) -> None:
        """Hear what the partner found (`PartnerOutcome`)."""
        self._put(*inputs.signal_message("partner_outcome", message))

    @workflow.signal
    def reward_registered(self, *message: RawValue) -> None:
        """Hear that the platform's tracking found the reward (`RewardRegistered`)."""
        self._put(*inputs.signal_message("reward_registered", message))

    @workflow.signal
    def letters_sent(self, *nothing: RawValue) -> None:
        """Hear that letters which had been given up have left after all."""
        self._put(Troubled(attention=Attention.MAIL_UNDELIVERABLE, over=True))

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

    async def _ask(self, name: str, args: Sequence[RawValue]) -> Answer:
        """Put a request into the inbox and wait for its answer; a refusal carries its code."""
        request, unknown = inputs.update_request(name, args)
        await workflow.wait_condition(lambda: self._takes_requests() is not None)
        if isinstance(request, Unreadable):
            self._put(request, unknown)
            raise ApplicationError("malformed", request.problems, type="malformed")
        if not self._takes_requests():
            raise ApplicationError(NOT_NOW, type=NOT_NOW)
        self._put(request, unknown)
        await workflow.wait_condition(lambda: request.key in self._answers)
        answer = answer_for(self._answers[request.key], request)
        if answer.code:
            raise ApplicationError(answer.code, answer.problems, type=answer.code)
        return answer
