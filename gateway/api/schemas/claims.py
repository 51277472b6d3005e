"""Claims and their answers as they travel over HTTP (contract.md), with examples."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.claims.claim import LinkKind, Status
from domain.claims.claimable_links import ChoiceStatus
from domain.partners.profile import ClaimKind
from domain.tickets.lifecycle import State
from domain.values.types import PlainAnswers, all_text

NUMBER: Final = "ZW-4KQ7-P9XT-M2AB-C"
MONEY: Final = {"amount": "40.00", "currency": "PLN"}


Told = Annotated[Any, AfterValidator(all_text)]
"""A text that is as good as absent where it is anything else: it spoils nothing."""


class MoneyOut(BaseModel):
    """An amount in the currency's unit, with two decimals."""

    amount: str = Field(examples=["40.00"])
    currency: str = Field(examples=["PLN"])


class ClaimContact(BaseModel):
    """Whom to write to, in which language."""

    model_config = ConfigDict(extra="allow")

    email: str | None = Field(None, max_length=1000, examples=["jan@example.com"])
    name: Told = Field(
        None,
        description="For the greeting: at most 100 characters, and no addresses or links. One that "
        "is anything else is left out.",
        examples=["Jan Kowalski"],
    )
    language: Told = Field(
        None,
        description="A language tag, which counts by its first part (`pl-PL` is `pl`). One that we "
        "do not write, or that is no tag, is that of the partner's market.",
        examples=["pl"],
    )


class ClaimRequest(BaseModel):
    """A claim as contract.md writes it (`TicketClaim`).

    Only its shape is looked at here: what is missing or malformed inside is told by the answer,
    `incomplete` with the fields (R22, R23). Fields that are not known are ignored and noted.
    """

    model_config = ConfigDict(extra="allow")

    account_id: str = Field(
        min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["acc-1001"]
    )
    contact: ClaimContact | None = None
    kind: str | None = Field(None, max_length=200, examples=["missing_cashback"])
    partner_id: str | None = Field(None, max_length=200, examples=["velotel"])
    link_id: str | None = Field(None, max_length=200, examples=["lnk-77"])
    reward_id: str | None = Field(None, max_length=200, examples=[None])
    ordered_on: str | None = Field(None, max_length=100, examples=["2026-10-01"])
    ordered_at: str | None = Field(None, max_length=100, examples=[None])
    answers: PlainAnswers = Field({}, examples=[{"order_number": "VT-2231-9"}])


class RefusalReason(BaseModel):
    """Why a claim is not accepted: for programs, and in the member's words."""

    code: str = Field(examples=["incomplete"])
    field: str | None = Field(None, examples=["order_number"])
    message: str = Field("", examples=["Contract number: this field is required."])


class CheckResult(BaseModel):
    """What filing would answer now (`AdmissionResult` without a number)."""

    status: Status
    state: State = Field(description="Where the ticket stands, or would stand.")
    reasons: list[RefusalReason] = []
    available_from: datetime | None = Field(
        None, description="From when a claim that is too early may be filed, or is sent by itself."
    )
    last_day: date | None = Field(None, description="The last day on which it may be filed.")
    existing_ticket: str | None = Field(
        None, description="The account's ticket that stands, where the claim is a duplicate."
    )
    contact: str | None = Field(
        None, description="The customer service's address, where it can help."
    )


class AdmissionResponse(CheckResult):
    """The answer to a claim (`AdmissionResult`)."""

    number: str = Field(examples=[NUMBER])


class PendingTicket(BaseModel):
    """The claim is filed, its answer is not there yet: repeat the request, it brings the answer."""

    number: str = Field(examples=[NUMBER])
    status: Literal["pending"] = "pending"


class ClaimableLinkView(BaseModel):
    """A link, or a rejected reward with the link that it came from."""

    status: ChoiceStatus = Field(
        description="`open`: may be claimed now; `held`: may be filed, and is sent by itself at "
        "`available_from`; `not_yet`: may be claimed from then on; `closed`: never again."
    )
    reason: str | None = Field(None, description="Why not, as the code that filing answers.")
    message: str | None = Field(None, description="The reason in the caller's language.")
    partner_id: str
    partner_name: str
    kind: LinkKind
    link_id: str | None = None
    clicked_on: date | None = Field(None, description="On the calendar of the partner's market.")
    reward_id: str | None = None
    order_number: str | None = Field(None, description="That of the rejected reward.")
    reward_changed_on: date | None = Field(
        None, description="When the reward was rejected, or came to where it stands in the way."
    )
    amount: MoneyOut | None = Field(None, description="Promised for the link, or rejected.")
    orders_from: date | None = Field(
        None, description="The day of the oldest order that may still be claimed with the link."
    )
    available_from: datetime | None = Field(
        None, description="When an order made with the click may be claimed; later orders later."
    )
    last_day: date | None = Field(
        None,
        description="The last day for an order of the click's day, for the rejected reward, or, "
        "of a link that is too late, for its last order.",
    )
    existing_ticket: str | None = None


class ClaimableLinks(BaseModel):
    """What an account may claim, the newest first."""

    kind: ClaimKind
    links: list[ClaimableLinkView]
    is_complete: bool = Field(
        description="Whether all there is was looked at: of very many, the newest are shown."
    )


CLAIM: Final = {
    "account_id": "acc-1001",
    "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
    "kind": "missing_cashback",
    "partner_id": "velotel",
    "link_id": "lnk-77",
    "ordered_on": "2026-10-01",
    "answers": {"order_number": "VT-2231-9", "activated_on": "2026-10-03"},
}
CONTEST: Final = {
    "account_id": "acc-1001",
    "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
    "kind": "rejected_reward",
    "partner_id": "velotel",
    "reward_id": "rew-5",
    "answers": {"order_number": "VT-2231-9", "objection": "The contract is still running."},
}
CLAIMS: Final[dict[str, Any]] = {
    "missing": {"summary": "Missing cashback", "value": CLAIM},
    "rejected": {"summary": "A rejected reward is contested", "value": CONTEST},
}
_NOTHING: Final[dict[str, Any]] = {"available_from": None, "existing_ticket": None, "contact": None}
_ACCEPTED: Final[dict[str, Any]] = {
    "status": "accepted",
    "state": "validated",
    "reasons": [],
    "last_day": "2027-01-01",
    **_NOTHING,
}
_TOO_EARLY: Final[dict[str, Any]] = {
    "status": "refused",
    "state": "discarded",
    "reasons": [
        {
            "code": "too_early",
            "field": None,
            "message": "The reward may still appear by itself. You can create a support ticket "
            "from this moment on: 4 October 2026 at 00:00.",
        }
    ],
    **_NOTHING,
    "available_from": "2026-10-04T00:00:00+02:00",
    "last_day": "2027-01-01",
}
_INCOMPLETE: Final[dict[str, Any]] = {
    "status": "discarded",
    "state": "discarded",
    "reasons": [
        {
            "code": "incomplete",
            "field": "order_number",
            "message": "Contract number: this field is required.",
        }
    ],
    "last_day": None,
    **_NOTHING,
}
_ANSWERS: Final = {"accepted": _ACCEPTED, "too_early": _TOO_EARLY, "incomplete": _INCOMPLETE}
CHECKED: Final = {name: {"value": answer} for name, answer in _ANSWERS.items()}
ADMITTED: Final = {
    name: {"value": {**answer, "number": NUMBER}} for name, answer in _ANSWERS.items()
}
CHOICES: Final = {
    "kind": "missing_cashback",
    "links": [
        {
            "status": "open",
            "reason": None,
            "message": None,
            "partner_id": "velotel",
            "partner_name": "Velotel",
            "kind": "cashback",
            "link_id": "lnk-77",
            "clicked_on": "2026-09-30",
            "reward_id": None,
            "order_number": None,
            "reward_changed_on": None,
            "amount": MONEY,
            "orders_from": "2026-09-30",
            "available_from": "2026-10-02T18:20:00+02:00",
            "last_day": "2026-12-30",
            "existing_ticket": None,
        }
    ],
    "is_complete": True,
}
