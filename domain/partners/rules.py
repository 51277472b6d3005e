"""A partner's rules. A ticket keeps those of its admission, identified by `rules_hash`."""

import hashlib
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from domain.partners.claim_kind import ClaimKind
from domain.partners.claim_limits import ClaimLimits
from domain.partners.file_checks import FROM_FILE, is_from_file
from domain.partners.form_fields import FormField
from domain.partners.market import Market
from domain.partners.terms import (
    Cancellation,
    MemberResponseTerms,
    PartnerResponseTerms,
    TicketTerms,
)
from domain.values.claim_windows import (
    MAX_CLAIM_WINDOW,
    exceeds_longest_window,
    never_claimable,
)
from domain.values.money import Money
from domain.values.periods import Period, are_increasing, has_clock_part
from domain.values.types import StrictModel, matching

PARTNER_ID: Final = "[a-z][a-z0-9-]{1,62}"


class PartnerRules(StrictModel):
    """The rules by which claims are assessed and tickets are processed."""

    id: Annotated[
        str, matching(PARTNER_ID, "lower-case letters, digits and hyphens, such as velotel")
    ]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kinds: Annotated[tuple[ClaimKind, ...], Field(min_length=1)]
    market: Market
    registration_delay: Period = "PT48H"
    claim_window: Period = MAX_CLAIM_WINDOW
    early_claims: Literal["refuse", "hold"] = "refuse"
    cancellation: Cancellation
    response: PartnerResponseTerms
    information: MemberResponseTerms = MemberResponseTerms()
    max_reward: Money
    limits: ClaimLimits = ClaimLimits()
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @classmethod
    def from_file(cls, content: object) -> Self:
        """Load the rules of a partner's file, with all checks."""
        return cls.model_validate(content, context=FROM_FILE)

    @model_validator(mode="after")
    def _validate(self, info: ValidationInfo) -> Self:
        if is_from_file(info):
            self._check_satisfiable()
            self._check_reminders()
            self._check_fields()
            self._check_currencies()
        return self

    def _check_satisfiable(self) -> None:
        if has_clock_part(self.claim_window):
            raise ValueError("claim_window: expected days or months, a window ends with a day")
        if exceeds_longest_window(self.claim_window):
            raise ValueError("claim_window: expected three months (P3M) at most")
        refuses_all = self.early_claims == "refuse" and never_claimable(
            self.registration_delay, self.claim_window, self.market.zone
        )
        if refuses_all:
            raise ValueError(
                "registration_delay: expected shorter than claim_window: early claims are refused"
            )

    def _check_reminders(self) -> None:
        for terms in (self.response, self.information):
            if not are_increasing((*terms.reminders, terms.deadline)):
                raise ValueError("reminders: expected in order, and each before the deadline")

    def _check_fields(self) -> None:
        names = [field.name for field in self.fields]
        if len(names) != len(set(names)):
            raise ValueError("fields: expected every name once")
        if any(len(self.order_number_fields(kind)) > 1 for kind in self.kinds):
            raise ValueError("fields: expected one identifying field at most per kind")

    def _check_currencies(self) -> None:
        caps = (self.response.auto_confirm_max, self.response.auto_confirm_monthly_cap)
        currencies = {money.currency for money in (self.max_reward, *caps) if money}
        if currencies != {self.market.currency}:
            raise ValueError(
                f"expected every amount in the market's currency {self.market.currency}"
            )

    def form(self, kind: ClaimKind) -> tuple[FormField, ...]:
        """Return the fields of the form for a claim of `kind`."""
        return tuple(field for field in self.fields if kind in field.kinds)

    def order_number_fields(self, kind: ClaimKind) -> tuple[FormField, ...]:
        """Return the fields of the form that name the order: one at most."""
        return tuple(field for field in self.form(kind) if field.is_order_number)

    def label(self, name: str, language: str) -> str | None:
        """Return the label of the field `name`, or `None` for an unknown field."""
        return next((one.label_in(language) for one in self.fields if one.name == name), None)

    def example(self, name: str) -> str | None:
        """Return the example of the field `name`, `None` if there is none."""
        return next((one.example for one in self.fields if one.name == name), None)

    @property
    def terms(self) -> TicketTerms:
        """The rules that a running ticket carries."""
        return TicketTerms(
            partner_name=self.name,
            market=self.market,
            cancellation=self.cancellation,
            response=self.response,
            information=self.information,
            max_reward=self.max_reward,
        )

    @property
    def rules_hash(self) -> str:
        """The content hash (SHA-256, hex) under which this version is stored."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
