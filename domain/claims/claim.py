"""A claim as it comes in (R1-R3, R11), and what is known of its account: links and rewards."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.partners.claim_kind import ClaimKind
from domain.partners.claim_limits import ClaimCounts
from domain.values.dates import CalendarDate, UtcDatetime
from domain.values.email_addresses import EmailAddress
from domain.values.money import Money
from domain.values.order_key import normalize_order_number
from domain.values.person_names import LanguageTag, PersonName
from domain.values.types import FrozenModel, Identifier, LongText

MAX_FORM_ANSWERS: Final = 50
"""More answers than any form has fields: a claim with more is not read further."""


class Contact(FrozenModel):
    """Whom to write to, in which language; only a bad address spoils a claim."""

    email: EmailAddress | None = None
    name: PersonName = ""
    language: LanguageTag = None


class TicketClaim(FrozenModel):
    """The workflow's input; whatever is missing or malformed is `None` here and named beside it."""

    account_id: Identifier | None = None
    contact: Contact | None = None
    kind: ClaimKind | None = None
    partner_id: Identifier | None = None
    link_id: Identifier | None = None
    reward_id: Identifier | None = None
    ordered_on: CalendarDate | None = None
    ordered_at: UtcDatetime | None = None
    answers: Annotated[dict[str, Any], Field(max_length=MAX_FORM_ANSWERS)] = {}


def required_contact_fields(claim: TicketClaim) -> dict[str, object]:
    """Return what a claim needs of its contact data, by the fields' names."""
    contact = claim.contact
    return {"contact": contact, "contact.email": contact is None or contact.email}


SURROGATE_ORDER_PREFIXES: Final = ("link:", "reward:")
"""How order keys begin that stand in for an order number nobody named."""


class LinkKind(StrEnum):
    """What a link, and the reward it earns, is for (R12-R14)."""

    CASHBACK = "cashback"
    REFERRAL = "referral"


LINK_KIND: Final = {
    ClaimKind.MISSING_CASHBACK: LinkKind.CASHBACK,
    ClaimKind.MISSING_REFERRAL_REWARD: LinkKind.REFERRAL,
}


class RewardState(StrEnum):
    """Where a reward stands in the platform's books."""

    REGISTERED = "registered"
    REJECTED = "rejected"
    GRANTED = "granted"
    INVALID = "invalid"


class Link(FrozenModel):
    """A link registered on an account, as the platform's feed tells it (R10)."""

    link_id: Identifier
    version: Annotated[int, Field(ge=0)]
    account_id: Identifier
    partner_id: Identifier
    kind: LinkKind
    clicked_at: UtcDatetime
    promised_reward: Money | None = None


class Reward(FrozenModel):
    """A reward in the platform's books, as its feed tells it."""

    reward_id: Identifier
    version: Annotated[int, Field(ge=0)]
    account_id: Identifier
    partner_id: Identifier
    link_id: Identifier | None = None
    kind: LinkKind
    order_number: LongText | None = None
    state: RewardState
    amount: Money | None = None
    changed_at: UtcDatetime
    granted_by_ticket: str | None = None

    @property
    def order_key(self) -> str | None:
        """The order it is for, in the form in which orders are compared."""
        return normalize_order_number(self.order_number) if self.order_number else None


def matches_order(reward: Reward, order: str | None, link_id: str | None) -> bool:
    """Say whether `reward` is for the order, as far as both sides name one.

    Where one of them names no order number, the link decides: better a person asked than paid
    twice.
    """
    named = real_order_number(order)
    if named and reward.order_key:
        return named == reward.order_key
    return reward.link_id is not None and reward.link_id == link_id


def real_order_number(order: str | None) -> str | None:
    """Return the order number that an order's key is; none where it stands in for one."""
    return order if order and not order.startswith(SURROGATE_ORDER_PREFIXES) else None


class Grant(FrozenModel):
    """A reward that we granted, and what the ticket that it was granted to is for."""

    number: str
    reward_kind: LinkKind
    order_key: str
    link_id: str | None = None
    reward_id: str | None = None
    ordered_on: CalendarDate | None = None


class AccountFacts(FrozenModel):
    """What is known when a claim is judged: the account's links and rewards at the partner, and
    what we granted; besides, links of others that the account's rewards name.

    Only settlement loads other accounts' grants and, in `rewards_of_others`, their rewards for the
    same order. No earlier answer may reveal them.
    """

    links: tuple[Link, ...] = ()
    rewards: tuple[Reward, ...] = ()
    existing_ticket: str | None = None
    supports_smtputf8: bool = True
    """Whether our mail server takes addresses with more than ASCII before the @ (RFC 6531)."""
    grants: tuple[Grant, ...] = ()
    rewards_of_others: tuple[Reward, ...] = ()
    claim_counts: ClaimCounts = ClaimCounts()


AdmissionStatus = Literal["accepted", "held", "refused", "discarded"]
