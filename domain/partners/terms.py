"""The terms of a running ticket: cancellation period and response deadlines."""

from typing import Literal, Self

from pydantic import ValidationInfo, model_validator

from domain.partners.file_checks import is_from_file
from domain.partners.market import Market
from domain.values.money import Money
from domain.values.periods import Period
from domain.values.types import StrictModel

Anchor = Literal["order", "activation", "contract_start"]
"""What the cancellation period starts from."""


class Cancellation(StrictModel):
    """R33: the cancellation period, its start, and the longest time that a ticket waits for it."""

    period: Period
    starts_from: Anchor
    max_period: Period


class ResponseTerms(StrictModel):
    """A response deadline and its reminders, counted from the same start."""

    deadline: Period = "P14D"
    reminders: tuple[Period, ...] = ()


class PartnerResponseTerms(ResponseTerms):
    """The partner's deadline, counted from the claim's acceptance, and what a time-out means."""

    deadline: Period
    on_timeout: Literal["escalate", "confirm", "reject"] = "escalate"
    auto_confirm_max: Money | None = None
    auto_confirm_monthly_cap: Money | None = None

    @model_validator(mode="after")
    def _check_caps(self, info: ValidationInfo) -> Self:
        has_caps = self.auto_confirm_max and self.auto_confirm_monthly_cap
        if is_from_file(info) and self.on_timeout == "confirm" and not has_caps:
            raise ValueError(
                "on_timeout = confirm: expected auto_confirm_max and auto_confirm_monthly_cap"
            )
        return self


class MemberResponseTerms(ResponseTerms):
    """The member's deadline for an answer, and what a time-out means."""

    on_timeout: Literal["send", "reject"] = "send"


class TicketTerms(StrictModel):
    """The partner's rules that a running ticket carries in its state."""

    partner_name: str
    market: Market
    cancellation: Cancellation
    response: PartnerResponseTerms
    information: MemberResponseTerms
    max_reward: Money
