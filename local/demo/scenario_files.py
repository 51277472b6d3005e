"""Reading the scenarios from `claims.csv`, `links.csv`, `rewards.csv` and `scripts.toml`.

Every error is an `InvalidConfiguration` that names the file, the line and the column.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ValidationError,
)

from domain.claims.rewards import Link, Reward
from domain.errors import InvalidConfiguration
from domain.partners.profile import PartnerProfile
from local.demo import relative_dates
from local.demo.scenarios import ClaimRow, Scenario, Scenarios, ScenarioSteps

FOLDER: Final = Path(__file__).with_name("data")
M = TypeVar("M", bound=BaseModel)
Zones = Mapping[str, ZoneInfo]


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
    """A key is repeated only with the same request; scripts name existing claims."""
    known: dict[str, ClaimRow] = {}
    for line, row in rows:
        if known.setdefault(row.request_key, row) != row:
            key = f"line {line}, column request_key"
            expected = "expected a unique key, or a line that repeats the whole request"
            raise InvalidConfiguration(str(folder / "claims.csv"), key, expected)
    for key, steps in steps_by_key.items():
        for named in {key, steps.after_answer_of, steps.after_end_of} - {None, *known}:
            expected = f"expected a request_key of claims.csv, not {named!r}"
            raise InvalidConfiguration(str(folder / "scripts.toml"), key, expected)


def _valid(model: type[M], content: Any, file: Path, location: str) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidConfiguration(
            str(file), f"{location}{where}".rstrip(" ,."), first["msg"]
        ) from error


def _zone(zones: Zones, partner_id: str) -> ZoneInfo:
    return zones.get(partner_id, ZoneInfo("UTC"))
