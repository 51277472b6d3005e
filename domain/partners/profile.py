"""A partner is data: the rules a ticket is admitted under, and the channel its claims take.

A running ticket keeps the rules of its admission (by `rules_hash`); the channel is always the
current one.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationInfo,
    model_validator,
)

from domain.partners.claim_limits import ClaimLimits
from domain.partners.patterns import compile_pattern
from domain.values import periods
from domain.values.email_addresses import EmailAddress
from domain.values.periods import MAX_CLAIM_WINDOW, Period
from domain.values.types import Currency, FrozenModel, Money


class ClaimKind(StrEnum):
    """R11: what a ticket can be for."""

    MISSING_CASHBACK = "missing_cashback"
    MISSING_REFERRAL_REWARD = "missing_referral_reward"
    REJECTED_REWARD = "rejected_reward"

    @property
    def is_missing(self) -> bool:
        """Say whether the claim is for a reward that never appeared."""
        return self is not ClaimKind.REJECTED_REWARD


PARTNER_ID: Final = "[a-z][a-z0-9-]{1,62}"
LANGUAGES: Final = ("pl", "de", "en")


_SKIP_FILE_CHECKS: Final = {"skip_file_checks": True}


class StrictModel(FrozenModel):
    """A part of a partner's file: a key that is not known here is a mistake of its writer."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected an IANA time zone such as Europe/Warsaw") from error
    return name


class Market(StrictModel):
    """Where the partner sells: its time zone, currency and language."""

    time_zone: Annotated[str, AfterValidator(_zone)]
    currency: Currency
    language: Literal["pl", "de", "en"]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and end."""
        return ZoneInfo(self.time_zone)


Anchor = Literal["order", "activation", "contract_start"]
Labels = dict[Literal["pl", "de", "en"], Annotated[str, Field(min_length=1, max_length=500)]]


def _pattern(text: str, info: ValidationInfo) -> str:
    if info.context is not _SKIP_FILE_CHECKS:
        compile_pattern(text)
    return text


class FormField(StrictModel):
    """A field of the partner's form (R17-R19), for the kinds named or for all."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
    label: Labels
    help: Labels = {}
    type: Literal["text", "date", "number", "email", "choice"] = "text"
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None
    options: dict[str, Labels] = {}
    required: bool = True
    is_order_number: bool = False
    anchor: Literal["activation", "contract_start"] | None = None
    kinds: tuple[ClaimKind, ...] = tuple(ClaimKind)

    @model_validator(mode="after")
    def _validate(self) -> Self:
        if missing := set(LANGUAGES) - set(self.label):
            raise ValueError(f"label: expected a text in {', '.join(sorted(missing))} too")
        if (self.type == "choice") != bool(self.options):
            raise ValueError("options: expected for a field of type choice, and for no other")
        if self.anchor and self.type != "date":
            raise ValueError("anchor: expected only on a field of type date")
        if self.is_order_number and not self.required:
            raise ValueError("is_order_number: expected only on a required field")
        return self


class Cancellation(StrictModel):
    """R33: how long the order can be cancelled, from what, and the longest a ticket waits."""

    period: Period
    starts_from: Anchor
    max_period: Period


class ResponseTerms(StrictModel):
    """Somebody's time to answer, and the reminders, counted from its beginning."""

    deadline: Period = "P14D"
    reminders: tuple[Period, ...] = ()


class PartnerResponseTerms(ResponseTerms):
    """The partner's time from the claim's acceptance, and what silence means."""

    deadline: Period
    on_timeout: Literal["escalate", "confirm", "reject"] = "escalate"
    auto_confirm_max: Money | None = None
    auto_confirm_monthly_cap: Money | None = None

    @model_validator(mode="after")
    def _check_caps(self) -> Self:
        if self.on_timeout == "confirm" and not (
            self.auto_confirm_max and self.auto_confirm_monthly_cap
        ):
            raise ValueError(
                "on_timeout = confirm: expected auto_confirm_max and auto_confirm_monthly_cap"
            )
        return self


class MemberResponseTerms(ResponseTerms):
    """The member's time for an answer, and what happens without one."""

    on_timeout: Literal["send", "reject"] = "send"


SecretName = Annotated[str, Field(pattern=r"^TICKETS_PARTNER_SECRET_[A-Z0-9_]{1,60}$")]


class RateLimits(StrictModel):
    """How fast claims may go to the partner, whatever the channel."""

    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 5
    concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    timeout_seconds: Annotated[float, Field(gt=0, le=25)] = 20


class HttpChannel(RateLimits):
    """Claims are posted to the partner's address, signed."""

    kind: Literal["http"]
    address: HttpUrl
    secret: SecretName


class EmailChannel(RateLimits):
    """Claims go by mail, in the market's language, each with a link that is signed and expires."""

    kind: Literal["email"]
    address: EmailAddress
    secret: SecretName
    link_validity: Period = "P90D"


class CsvChannel(RateLimits):
    """Claims wait to be exported as a file; outcomes come back as a file."""

    kind: Literal["csv"]


Channel = Annotated[HttpChannel | EmailChannel | CsvChannel, Field(discriminator="kind")]
"""How claims reach the partner: always the current one, never a ticket's old one."""


class TicketTerms(StrictModel):
    """What a running ticket needs of its partner's rules; they travel with it."""

    partner_name: str
    market: Market
    cancellation: Cancellation
    response: PartnerResponseTerms
    information: MemberResponseTerms
    max_reward: Money


class PartnerRules(StrictModel):
    """Everything by which a claim is judged and a ticket is led."""

    id: Annotated[str, Field(pattern=rf"^{PARTNER_ID}$")]
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
    def from_storage(cls, content: object) -> Self:
        """Read rules back that were kept for running tickets: later checks do not touch them."""
        return cls.model_validate(content, context=_SKIP_FILE_CHECKS)

    @model_validator(mode="after")
    def _validate(self, info: ValidationInfo) -> Self:
        if info.context is not _SKIP_FILE_CHECKS:
            self._check_satisfiable()
            self._check_reminders()
            self._check_fields()
        return self

    def _check_satisfiable(self) -> None:
        if periods.has_clock_part(self.claim_window):
            raise ValueError("claim_window: expected days or months, a window ends with a day")
        if periods.exceeds_longest_window(self.claim_window):
            raise ValueError("claim_window: expected three months (P3M) at most")
        no_time = periods.never_claimable(
            self.registration_delay, self.claim_window, self.market.zone
        )
        if self.early_claims == "refuse" and no_time:
            raise ValueError(
                "registration_delay: expected shorter than claim_window: early claims are refused"
            )

    def _check_reminders(self) -> None:
        for clock in (self.response, self.information):
            if not periods.are_increasing((*clock.reminders, clock.deadline)):
                raise ValueError("reminders: expected in order, and each before the deadline")

    def _check_fields(self) -> None:
        names = [field.name for field in self.fields]
        if len(names) != len(set(names)):
            raise ValueError("fields: expected every name once")
        if any(sum(field.is_order_number for field in self.form(kind)) > 1 for kind in self.kinds):
            raise ValueError("fields: expected one identifying field at most per kind")
        amounts = (
            self.max_reward,
            self.response.auto_confirm_max,
            self.response.auto_confirm_monthly_cap,
        )
        if any(money and money.currency != self.market.currency for money in amounts):
            raise ValueError(
                f"expected every amount in the market's currency {self.market.currency}"
            )

    def form(self, kind: ClaimKind) -> tuple[FormField, ...]:
        """Return the fields that a claim of `kind` fills in."""
        return tuple(field for field in self.fields if kind in field.kinds)

    def label(self, name: str, language: str) -> str | None:
        """Return the words by which a member knows the field `name`; none for other names."""
        labels = (field.label for field in self.fields if field.name == name)
        return next(
            (text for label in labels for key, text in label.items() if key == language), None
        )

    @property
    def terms(self) -> TicketTerms:
        """The part that a running ticket carries."""
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
        """The content hash (SHA-256, hex) under which this version is kept."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class PartnerProfile(StrictModel):
    """A partner's file as a whole: rules and channel."""

    rules: PartnerRules
    channel: Channel

    @classmethod
    def from_file(cls, content: dict[str, Any]) -> Self:
        """Build a profile from a parsed file: the rules' keys at the top, the channel a table."""
        channel = {"channel": content["channel"]} if "channel" in content else {}
        rules = {key: value for key, value in content.items() if key != "channel"}
        return cls.model_validate({"rules": rules, **channel})
