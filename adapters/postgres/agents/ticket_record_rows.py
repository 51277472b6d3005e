"""Rows of the records that belong to one ticket."""

from datetime import datetime

from domain.values.types import FrozenModel


class ContactRow(FrozenModel):
    """The member's contact data."""

    email: str
    name: str = ""
    language: str | None = None


class AmountRow(FrozenModel):
    """An amount that is stored as JSON text, such as `12.50`."""

    amount: str
    currency: str


class ProposalRow(FrozenModel):
    """An amount above the partner's maximum that one agent proposed."""

    amount: AmountRow
    by: str
    at: datetime


class RefusalReasonRow(FrozenModel):
    """Why a claim was refused; `message` is in the member's language."""

    code: str
    message: str = ""


class AdmissionResultRow(FrozenModel):
    """The result of a ticket's admission, as far as agents see it."""

    reasons: tuple[RefusalReasonRow, ...] = ()
    existing_ticket: str | None = None


class TransitionRow(FrozenModel):
    """A transition of a ticket."""

    seq: int
    event: str
    from_state: str
    to_state: str
    reason_code: str | None
    actor: str
    note: str | None
    at: datetime


class EmailRow(FrozenModel):
    """An e-mail to the member; `sent_at` is `None` until it is sent."""

    kind: str
    language: str
    queued_at: datetime
    sent_at: datetime | None


class MessageLogRow(FrozenModel):
    """An entry of a ticket's message log; `at`, `version` and `ordinal` give its order."""

    message: str
    message_id: str
    actor: str
    code: str
    body: dict[str, object]
    seq: int | None
    at: datetime
    version: int
    ordinal: int


class RelatedTicketRow(FrozenModel):
    """Another ticket for the same order; `account_id` is `None` if its claim was not accepted."""

    number: str
    state: str
    created_at: datetime
    account_id: str | None = None
