"""The signal and update handlers of a ticket: they enqueue any message, and do nothing else.

Their names and arguments are public (docs/contract.md, "Temporal"). The arguments are variadic and
raw, so that no content can stop the workflow.
"""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.tickets.attention import Attention
from domain.tickets.changes.request_result import RequestResult
from domain.tickets.messages.internal import AttentionChanged
from workflows.messages.message_queue import MessageQueue
from workflows.ticket.history_limits import CONTINUING


class MessageHandlers:
    """Puts every message into one queue."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._queue = MessageQueue()

    @workflow.signal
    def partner_outcome(self, *message: RawValue) -> None:
        """The partner decided, or asks (`PartnerOutcome`)."""
        self._queue.add_signal("partner_outcome", message)

    @workflow.signal
    def reward_registered(self, *message: RawValue) -> None:
        """The platform's own tracking found the reward (`RewardRegistered`)."""
        self._queue.add_signal("reward_registered", message)

    @workflow.signal
    def emails_sent(self, *_ignored: RawValue) -> None:
        """An operator has sent the e-mails that had failed permanently."""
        self._queue.add(AttentionChanged(attention=Attention.MAIL_UNDELIVERABLE, cleared=True))

    @workflow.signal(dynamic=True)
    def handle_unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Log a signal that does not exist."""
        self._queue.add_signal(name, args)

    @workflow.update
    async def provide_information(self, *request: RawValue) -> RequestResult:
        """The member answers a question (`InformationAnswer`)."""
        return await self._queue.add_request("provide_information", request)

    @workflow.update
    async def request_information(self, *request: RawValue) -> RequestResult:
        """An agent asks the member (`InformationRequest`)."""
        return await self._queue.add_request("request_information", request)

    @workflow.update
    async def withdraw(self, *request: RawValue) -> RequestResult:
        """The member withdraws the claim (`Withdrawal`)."""
        return await self._queue.add_request("withdraw", request)

    @workflow.update
    async def decide(self, *request: RawValue) -> RequestResult:
        """An agent decides on behalf of the partner (`Decision`)."""
        return await self._queue.add_request("decide", request)

    @workflow.update
    async def resend_to_partner(self, *request: RawValue) -> RequestResult:
        """An agent sends the claim to the partner again (`Resend`)."""
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
        """Reject an update before it enters the history; its client sends it to the next run.

        All accepted updates must have their results before a history is continued: accepting new
        ones meanwhile would let a client that keeps sending keep the history growing.
        """
        if self._queue.is_closing:
            raise ApplicationError(CONTINUING, type=CONTINUING)
