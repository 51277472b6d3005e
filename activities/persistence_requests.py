"""The arguments of the activities that store a ticket's steps."""

from datetime import date

from domain.handlers.response_timeout import TimeoutResult
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.commands import InformationAnswer, TicketCommand
from domain.tickets.settlement import SettlementResult
from domain.values.money import Money
from domain.values.types import FrozenModel


class Settlement(FrozenModel):
    """A reward to grant: its amount, and the changes to store for each possible result."""

    number: str
    amount: Money
    changes_by_result: dict[SettlementResult, ChangeSet]


class SettledTicket(FrozenModel):
    """The result of a settlement, and the keys of the e-mails that were sent at once.

    `result` is `None` if the ticket must first handle a stored outcome of its partner.
    """

    result: SettlementResult | None
    sent_emails: tuple[str, ...] = ()


class SilentConfirmation(FrozenModel):
    """An automatic confirmation: the amount, and the partner's cap for the market's month."""

    number: str
    amount: Money
    month: date
    monthly_cap: Money
    changes_by_result: dict[TimeoutResult, ChangeSet]


class InformationSubmission(FrozenModel):
    """The member's answers, and the changes to store if the form accepts them."""

    number: str
    request: InformationAnswer
    changes: ChangeSet


class RequestLookup(FrozenModel):
    """A command whose earlier result the running ticket no longer remembers."""

    number: str
    caller: str
    request_id: str

    @classmethod
    def by(cls, number: str, request: TicketCommand) -> "RequestLookup":
        """Build the lookup of a command."""
        return cls(number=number, caller=request.sender, request_id=request.request_id)
