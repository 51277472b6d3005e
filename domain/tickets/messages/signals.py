"""Signals to a ticket (docs/contract.md, "Temporal")."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.tickets.messages.questions import Questions
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.values.dates import CalendarDate, UtcDatetime
from domain.values.money import Money
from domain.values.types import FrozenModel, Identifier, LongText, SafeText


class PartnerOutcome(FrozenModel):
    """Signal `partner_outcome`: what the partner found (R20, R21, R34)."""

    outcome_id: Identifier
    partner_id: Identifier
    number: Annotated[SafeText, Field(max_length=64)] | None = None
    outcome: Literal["confirmed", "rejected", "order_cancelled", "information_requested"]
    reason_code: RejectionReason | None = None
    note: LongText | None = None
    questions: Questions = ()
    contract_started_on: CalendarDate | None = None
    activated_on: CalendarDate | None = None
    cancellation_ends_on: CalendarDate | None = None
    reward: Money | None = None
    occurred_at: UtcDatetime | None = None

    @property
    def actor(self) -> str:
        """The partner, as the transitions that it causes name their actor."""
        return f"partner:{self.partner_id}"


class RewardRegistered(FrozenModel):
    """Signal `reward_registered`: the platform's tracking has registered the reward."""

    reward_id: Identifier
    order_number: LongText | None = None
    occurred_at: UtcDatetime | None = None


SIGNALS: Final[dict[str, type[PartnerOutcome] | type[RewardRegistered]]] = {
    "partner_outcome": PartnerOutcome,
    "reward_registered": RewardRegistered,
}
