"""The example claims of the demonstration: what is filed, what happens to it, how it must end.

`claims.csv`, `links.csv` and `rewards.csv` are what a platform exports; `scripts.toml` holds what
no export has.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    model_validator,
)

from domain.claims.eligibility.assessment import AdmissionStatus
from domain.claims.rewards import LINK_KIND, Link, Reward, RewardState
from domain.partners.claim_kind import ClaimKind
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.commands import UPDATES
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import State
from domain.values.money import Money
from domain.values.ticket_number import derive_number
from domain.values.types import Identifier
from local.demo import relative_dates
from local.partner_simulator.scripts import Script, ScriptedOutcome


class ScenarioModel(BaseModel):
    """A part of the example files: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _split_codes(text: object) -> object:
    return text.split() if isinstance(text, str) else text


def _money(text: object) -> object:
    if not isinstance(text, str):
        return text
    amount, _, currency = text.partition(" ")
    return {"amount": amount, "currency": currency}


def _json(text: object) -> object:
    return json.loads(text) if isinstance(text, str) else text


class ClaimRow(ScenarioModel):
    """One line of `claims.csv`; the texts of a claim are used as written, valid or not."""

    request_key: Identifier
    account_id: Identifier
    member_name: str = ""
    email: str
    language: str | None = None
    kind: str
    partner_id: str
    link_id: str | None = None
    reward_id: str | None = None
    order_date: str = ""
    answers: Annotated[dict[str, JsonValue], BeforeValidator(_json)] = {}
    expected_status: AdmissionStatus
    expected_codes: Annotated[tuple[str, ...], BeforeValidator(_split_codes)] = ()
    expected_state: State
    expected_reason: RejectionReason | None = None
    expected_emails: Annotated[tuple[EmailKind, ...], BeforeValidator(_split_codes)] = ()
    expected_granted: Annotated[Money, BeforeValidator(_money)] | None = None

    @property
    def number(self) -> str:
        """The number that the claim's ticket gets."""
        return derive_number(self.account_id, self.request_key)

    def claim(self, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
        """Return the claim as a gateway files it, with resolved dates."""
        contact = {"email": self.email, "name": self.member_name, "language": self.language}
        return {
            "account_id": self.account_id,
            "contact": contact,
            "kind": self.kind,
            "partner_id": self.partner_id,
            "link_id": self.link_id,
            "reward_id": self.reward_id,
            **relative_dates.order_fields(self.order_date, now, zone),
            "answers": relative_dates.resolve_dates(self.answers, now, zone),
        }


class TrackedReward(ScenarioModel):
    """A reward that the platform's own tracking registers after all, for a claim's order."""

    reward_id: Identifier
    order_number: str

    def of(self, row: ClaimRow, now: datetime) -> Reward:
        """Return the record of the feed: of the claim's account, partner and kind."""
        return Reward(
            reward_id=self.reward_id,
            version=1,
            account_id=row.account_id,
            partner_id=row.partner_id,
            link_id=row.link_id,
            kind=LINK_KIND[ClaimKind(row.kind)],
            order_number=self.order_number,
            state=RewardState.REGISTERED,
            changed_at=now,
        )


class Action(ScenarioModel):
    """What a member, an agent or the platform does, once the ticket is in the given state."""

    after_state: State
    after_attention: Attention | None = None
    update: str | None = None
    payload: dict[str, JsonValue] = {}
    reward: TrackedReward | None = None

    @model_validator(mode="after")
    def _validate_action(self) -> Self:
        if (self.update is None) == (self.reward is None):
            raise ValueError("expected either update or reward")
        if self.update not in (None, *UPDATES):
            raise ValueError(f"expected one of {', '.join(UPDATES)}")
        return self


class ScenarioSteps(ScenarioModel):
    """What happens to one claim after it is filed."""

    delivery: list[str] = ["ok_with_reference"]
    answers: list[ScriptedOutcome] | None = None
    actions: tuple[Action, ...] = ()
    after_answer_of: str | None = None
    after_end_of: str | None = None

    @property
    def script(self) -> Script | None:
        """The partner's part, unless it is the ordinary one; raises `ValidationError`."""
        if self.answers is None:
            return None
        return Script(delivery=self.delivery, answers=self.answers)

    @model_validator(mode="after")
    def _validate_steps(self) -> Self:
        if self.answers is None and "delivery" in self.model_fields_set:
            raise ValueError("answers: expected together with delivery")
        if self.after_answer_of and self.after_end_of:
            raise ValueError("expected after_answer_of or after_end_of, not both")
        _ = self.script  # raises for a step that the simulator does not know
        return self


class Scenario(ScenarioModel):
    """One claim to be filed, with all that belongs to it."""

    row: ClaimRow
    claim: dict[str, Any]
    steps: ScenarioSteps
    repeats: bool = False
    """The same request came before: a retry."""


class Scenarios(ScenarioModel):
    """Everything that the demonstration runs."""

    claims: tuple[Scenario, ...]
    links: tuple[Link, ...]
    rewards: tuple[Reward, ...]
