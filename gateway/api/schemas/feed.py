"""Records of the platform's feed, and their results."""

from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
)

from domain.claims.rewards import Link, Reward
from domain.values.input.invalid_input import InvalidInput
from domain.values.types import LongText
from gateway.api.schemas.money import MonetaryAmount
from gateway.http.problems import FieldError

_MAX_EXACT_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON program represents exactly."""


LINK_EXAMPLE: Final[dict[str, JsonValue]] = {
    "link_id": "lnk-77",
    "version": 3,
    "account_id": "acc-1001",
    "partner_id": "velotel",
    "kind": "cashback",
    "clicked_at": "2026-09-30T18:20:00+02:00",
    "promised_reward": {"amount": "40.00", "currency": "PLN"},
}


REWARD_EXAMPLE: Final[dict[str, JsonValue]] = {
    "reward_id": "rew-5",
    "version": 1,
    "account_id": "acc-1001",
    "partner_id": "velotel",
    "link_id": "lnk-77",
    "kind": "cashback",
    "order_number": "VT-2231-9",
    "state": "registered",
    "amount": {"amount": "40.00", "currency": "PLN"},
    "changed_at": "2026-10-03T08:00:00+02:00",
    "granted_by_ticket": None,
}


def _not_text(value: object) -> object:
    if isinstance(value, bool | str):
        raise InvalidInput("malformed_number", "a whole number")
    return value


Version = Annotated[int, Field(ge=0, le=_MAX_EXACT_INTEGER), BeforeValidator(_not_text)]


class LinkRecord(Link):
    """A link registered on an account (R10); a higher version replaces a lower one."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINK_EXAMPLE]})

    version: Version
    promised_reward: MonetaryAmount | None = None


class RewardRecord(Reward):
    """The current state of a reward; `granted_by_ticket` is the ticket that granted it, if any."""

    model_config = ConfigDict(json_schema_extra={"examples": [REWARD_EXAMPLE]})

    version: Version
    amount: MonetaryAmount | None = None
    order_number: Annotated[LongText, Field(max_length=200)] | None = None
    granted_by_ticket: Annotated[str, Field(max_length=64, pattern=r"^[!-~]+$")] | None = None


class RecordResult(BaseModel):
    """The result of a record. `outdated` and `unchanged` records change nothing."""

    id: str | None = Field(examples=["lnk-77"])
    result: Literal["stored", "unchanged", "outdated", "malformed", "forbidden"] = Field(
        examples=["stored"]
    )
    errors: list[FieldError] = []


class RecordResults(BaseModel):
    """One result for each record, in their order."""

    results: list[RecordResult] = Field(examples=[[{"id": "lnk-77", "result": "stored"}]])
