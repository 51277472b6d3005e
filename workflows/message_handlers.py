"""A ticket's inbox: every signal and update goes in here, whatever it holds; `run` takes it out.

Handlers decide nothing and read nothing. Their names and arguments are public (contract.md,
"Temporal"); variadic and raw, so that nothing that is sent can stop the workflow.
"""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.tickets.attention import Attention
from domain.tickets.messages import AttentionChanged, Message
from domain.tickets.ticket import RequestResult
from workflows.activity_options import CONTINUING
from workflows.message_queue import MessageQueue


class MessageHandlers:
    """The messages that wait."""

    def __init__(self) -> None:
        """Be empty."""
        self._queue = MessageQueue()

    def _enqueue(self, message: Message) -> None:
        self._queue.add(message)

    @workflow.signal
    def partner_outcome(self, *message: RawValue) -> None:
        """Hear what the partner found (`PartnerOutcome`)."""
        self._queue.add_signal("partner_outcome", message)

    @workflow.signal
    def reward_registered(self, *message: RawValue) -> None:
        """Hear that the platform's tracking found the reward (`RewardRegistered`)."""
        self._queue.add_signal("reward_registered", message)

    @workflow.signal
    def emails_sent(self, *nothing: RawValue) -> None:
        """Hear that letters which had been given up have left after all."""
        self._enqueue(AttentionChanged(attention=Attention.MAIL_UNDELIVERABLE, cleared=True))

    @workflow.signal(dynamic=True)
    def handle_unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep a signal that nobody here knows."""
        self._queue.add_signal(name, args)

    @workflow.update
    async def provide_information(self, *request: RawValue) -> RequestResult:
        """Take the member's answers to a question (`InformationAnswer`)."""
        return await self._queue.add_request("provide_information", request)

    @workflow.update
    async def request_information(self, *request: RawValue) -> RequestResult:
        """Ask the member (`InformationRequest`)."""
        return await self._queue.add_request("request_information", request)

    @workflow.update
    async def withdraw(self, *request: RawValue) -> RequestResult:
        """Take the claim back (`Withdrawal`)."""
        return await self._queue.add_request("withdraw", request)

    @workflow.update
    async def decide(self, *request: RawValue) -> RequestResult:
        """Decide in the partner's stead (`Decision`)."""
        return await self._queue.add_request("decide", request)

    @workflow.update
    async def resend_to_partner(self, *request: RawValue) -> RequestResult:
        """Send the claim once more (`Resend`)."""
        return await self._queue.add_request("resend_to_partner", request)

    @provide_information.validator
    def _provide_information_later(self, *request: RawValue) -> None:
        self._reject_while_closing()

    @request_information.validator
    def _request_information_later(self, *request: RawValue) -> None:
        self._reject_while_closing()

    @withdraw.validator
    def _withdraw_later(self, *request: RawValue) -> None:
        self._reject_while_closing()

    @decide.validator
    def _decide_later(self, *request: RawValue) -> None:
        self._reject_while_closing()

    @resend_to_partner.validator
    def _resend_later(self, *request: RawValue) -> None:
        self._reject_while_closing()

    def _reject_while_closing(self) -> None:
        """Leave a request to the next run; it is sent again, and stands in no history of this one.

        Requests that are under way must be answered before a history is continued: were new ones
        taken meanwhile, one who keeps asking would keep the history growing.
        """
        if self._queue.is_closing:
            raise ApplicationError(CONTINUING, type=CONTINUING)
