"""The example claims of the demonstration: what is filed, what happens to it, how it must end.

`claims.csv`, `links.csv` and `rewards.csv` are what a platform exports; `scripts.toml` holds what
no export has. Every fault in them is a `InvalidConfiguration` that names the file, the line, the
column.
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    ValidationError,
    model_validator,
)

from domain.claims.eligibility.assessment import AdmissionStatus
from domain.claims.rewards import LINK_KIND, Link, Reward, RewardState
from domain.errors import InvalidConfiguration
from domain.partners.claim_kind import ClaimKind
from domain.partners.profile import PartnerProfile
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

FOLDER: Final = Path(__file__).with_name("data")
M = TypeVar("M", bound=BaseModel)
Zones = Mapping[str, ZoneInfo]


class ScenarioModel(BaseModel):
    """A part of the example files: a key that is not known is a mistake of its writer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _words(text: object) -> object:
    return text.split() if isinstance(text, str) else text


def _money(text: object) -> object:
    if not isinstance(text, str):
        return text
    amount, _, currency = text.partition(" ")
    return {"amount": amount, "currency": currency}


def _json(text: object) -> object:
    return json.loads(text) if isinstance(text, str) else text


class ClaimRow(ScenarioModel):
    """One line of `claims.csv`; texts that a claim carries are taken as they are, wrong or not."""

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
    expected_codes: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    expected_state: State
    expected_reason: RejectionReason | None = None
    expected_emails: Annotated[tuple[EmailKind, ...], BeforeValidator(_words)] = ()
    expected_granted: Annotated[Money, BeforeValidator(_money)] | None = None

    @property
    def number(self) -> str:
        """The number that the claim's ticket gets."""
        return derive_number(self.account_id, self.request_key)

    def claim(self, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
        """Return the claim as a gateway hands it in, dates resolved."""
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


def zones_of(profiles: Mapping[str, PartnerProfile]) -> dict[str, ZoneInfo]:
    """Return each partner's time zone."""
    return {partner_id: profile.rules.market.zone for partner_id, profile in profiles.items()}


def read_scenarios(now: datetime, zones: Zones, folder: Path = FOLDER) -> Scenarios:
    """Read all four files; relative dates count from `now` in the partner's time zone."""
    rows = [(line, _row(folder, line, cells)) for line, cells in _lines(folder / "claims.csv")]
    steps_by_key = _read_steps(folder / "scripts.toml", now)
    _check_keys(folder, rows, steps_by_key)
    seen: set[str] = set()
    claims = []
    for _, row in rows:
        claim = row.claim(now, _zone(zones, row.partner_id))
        steps = steps_by_key.get(row.request_key, ScenarioSteps())
        repeats = row.request_key in seen
        claims.append(Scenario(row=row, claim=claim, steps=steps, repeats=repeats))
        seen.add(row.request_key)
    return Scenarios(
        claims=tuple(claims),
        links=tuple(_feed(folder / "links.csv", Link, ("promised",), now, zones)),
        rewards=tuple(_feed(folder / "rewards.csv", Reward, ("",), now, zones)),
    )


def _lines(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each record with the line it ends on; empty cells are left out."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        for cells in reader:
            if None in cells or None in cells.values():
                expected = f"expected {len(reader.fieldnames or ())} columns"
                raise InvalidConfiguration(str(file), f"line {reader.line_num}", expected)
            yield reader.line_num, {name: cell for name, cell in cells.items() if cell}


def _row(folder: Path, line: int, cells: Mapping[str, Any]) -> ClaimRow:
    return _valid(ClaimRow, cells, folder / "claims.csv", f"line {line}, column ")


def _feed(
    file: Path, model: type[M], amounts: tuple[str, ...], now: datetime, zones: Zones
) -> Iterator[M]:
    """Yield the records of the platform's feed as the contract writes them."""
    for line, cells in _lines(file):
        zone = _zone(zones, cells.get("partner_id", ""))
        record: dict[str, Any] = dict(cells)
        for name in {"clicked_at", "changed_at"} & record.keys():
            record[name] = relative_dates.instant(record[name], now, zone)
        for prefix in amounts:
            _join_money(record, prefix)
        yield _valid(model, record, file, f"line {line}, column ")


def _join_money(record: dict[str, Any], prefix: str) -> None:
    names = [f"{prefix}_{part}".strip("_") for part in ("amount", "currency")]
    amount, currency = (record.pop(name, None) for name in names)
    if amount or currency:
        whole = f"{prefix}_reward" if prefix else "amount"
        record[whole] = {"amount": amount, "currency": currency}


def _read_steps(file: Path, now: datetime) -> dict[str, ScenarioSteps]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfiguration(str(file), "file", f"expected TOML: {error}") from error
    resolved = relative_dates.resolve_dates(content, now, ZoneInfo("UTC"))
    return {key: _valid(ScenarioSteps, steps, file, f"{key}.") for key, steps in resolved.items()}


def _check_keys(
    folder: Path, rows: list[tuple[int, ClaimRow]], steps_by_key: Mapping[str, ScenarioSteps]
) -> None:
    """A key comes again only as the very same request; scripts speak of claims that exist."""
    known: dict[str, ClaimRow] = {}
    for line, row in rows:
        if known.setdefault(row.request_key, row) != row:
            key = f"line {line}, column request_key"
            expected = "expected a key of its own, or a line that repeats the whole request"
            raise InvalidConfiguration(str(folder / "claims.csv"), key, expected)
    for key, steps in steps_by_key.items():
        for named in {key, steps.after_answer_of, steps.after_end_of} - {None, *known}:
            expected = f"expected a request_key of claims.csv, not {named!r}"
            raise InvalidConfiguration(str(folder / "scripts.toml"), key, expected)


def _valid(model: type[M], content: Any, file: Path, place: str) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidConfiguration(
            str(file), f"{place}{where}".rstrip(" ,."), first["msg"]
        ) from error


def _zone(zones: Zones, partner_id: str) -> ZoneInfo:
    return zones.get(partner_id, ZoneInfo("UTC"))
