"""Scripts of simulated partners: how each delivery of a claim ends, and which outcomes follow.

`{"delivery": ["fail:500", "ok"], "answers": [{"after": 2, "outcome": {"outcome": "confirmed"}}]}`
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

STEPS = {
    "ok": None,
    "ok_with_reference": None,
    "garbage": None,
    "close": None,
    "slow": (0, 3600),
    "throttle": (0, 86400),
    "fail": (500, 599),
    "refuse": (400, 499),
}
MODES = {"ok", "down", "slow", "throttle", "garbage"}
ACCEPTING = {"ok", "ok_with_reference", "slow", "garbage"}
EXPECTED_STEP = (
    "ok, ok_with_reference, slow:<seconds>, fail:<500-599>, throttle:<seconds>, garbage, close"
    " or refuse:<400-499>"
)
EXPECTED_MODE = "ok, down, slow:<seconds>, throttle:<seconds> or garbage"
WRITTEN = re.compile(r"([a-z_]+)(?::(\d{1,5}(?:\.\d{1,3})?))?")


@dataclass(frozen=True)
class DeliveryStep:
    """A response to a delivery; `amount` is seconds or an HTTP status, 0 where none is needed."""

    kind: str
    amount: float = 0

    @property
    def accepts(self) -> bool:
        """Whether the partner has the claim afterwards."""
        return self.kind in ACCEPTING


def step(written: str) -> DeliveryStep:
    """Parse `slow:3`; raises `ValueError`, which lists the possible steps."""
    found = WRITTEN.fullmatch(written)
    if found is None or found[1] not in STEPS:
        raise ValueError(EXPECTED_STEP)
    bounds = STEPS[found[1]]
    if (bounds is None) != (found[2] is None):
        raise ValueError(EXPECTED_STEP)
    amount = float(found[2] or 0)
    if bounds is not None and not bounds[0] <= amount <= bounds[1]:
        raise ValueError(f"{EXPECTED_STEP} ({found[1]}: {bounds[0]} to {bounds[1]})")
    return DeliveryStep(found[1], amount)


def mode_step(mode: str) -> DeliveryStep | None:
    """The step by which a mode replaces every script; None for `ok`."""
    if mode.partition(":")[0] not in MODES:
        raise ValueError(EXPECTED_MODE)
    if mode == "down":
        return DeliveryStep("fail", 503)
    return None if mode == "ok" else step(mode)


def _possible_step(written: str) -> str:
    step(written)
    return written


def _possible_mode(written: str) -> str:
    mode_step(written)
    return written


class ScriptedOutcome(BaseModel):
    """One outcome, `after` seconds from the first accepted delivery, sent `times` times.

    `outcome` holds the fields of docs/contract.md's PartnerOutcome; its ids and time are filled in.
    `raw` is sent instead of it as it is: refused by the gateway, if it is no JSON.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: float = Field(default=0, ge=0, le=86_400)
    outcome: dict[str, JsonValue] | None = None
    times: int = Field(default=1, ge=1, le=100)
    before_acknowledgement: bool = False
    raw: str | None = None

    @model_validator(mode="after")
    def _require_outcome(self) -> Self:
        if (self.outcome is None) == (self.raw is None):
            raise ValueError("either outcome or raw")
        return self


class Script(BaseModel):
    """The whole script of one claim; the last delivery step repeats."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delivery: list[Annotated[str, AfterValidator(_possible_step)]] = Field(
        default=["ok_with_reference"], min_length=1
    )
    answers: list[ScriptedOutcome] = []

    def step(self, completed: int) -> DeliveryStep:
        """The step for the next request after `completed` ones."""
        return step(self.delivery[min(completed, len(self.delivery) - 1)])


class ModeRequest(BaseModel):
    """The body of `PUT /behaviour/{partner_id}`: a mode for all claims of a partner."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Annotated[str, AfterValidator(_possible_mode)]


class SimulatedClaim(BaseModel):
    """The part of a claim that the simulator itself needs; the rest is stored unchanged."""

    model_config = ConfigDict(extra="allow", frozen=True)

    number: str = Field(min_length=1, max_length=64)


class SimulatorCall(BaseModel):
    """The body of our call to a partner (docs/contract.md)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    claim: SimulatedClaim


CONFIRMING: dict[str, Any] = {"outcome": "confirmed", "reward": None}
DEFAULT_SCRIPT = Script(answers=[ScriptedOutcome(after=2, outcome=CONFIRMING)])
