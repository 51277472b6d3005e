"""Plans the claims of the random fault scenario: the seed alone decides about them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.rewards import Link, LinkKind, Reward, RewardState
from domain.values.ticket_number import derive_number
from local.demo.relative_dates import resolve_dates
from local.faults.ticket_kinds import KINDS, TicketKind
from local.partner_simulator.scripts import Script

DELIVERIES: Final = (
    ["ok_with_reference"],
    ["ok"],
    ["slow:2"],
    ["garbage"],
    ["fail:503", "ok"],
    ["close", "ok"],
    ["throttle:1", "ok"],
)
"""How a delivery goes; half of them go well at once."""
PROMISED: Final = {"velotel": ("40.00", "PLN"), "brightvolt": ("40.00", "EUR"),
                   "bankomat-plus": ("100.00", "PLN"), "fernweh": ("75.00", "EUR")}  # fmt: skip
_ORDERED_DAYS_AGO: Final = 20
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class PlannedClaim:
    """One claim: filed `at` seconds after the start, of one order (`order`: of partner, by number).

    `order` is none for a partner whose orders have no numbers.
    """

    kind: TicketKind
    at: float
    key: str
    claim: dict[str, Any]
    link: Link
    rejected_reward: Reward | None
    script: Script
    order: tuple[str, str] | None

    @property
    def number(self) -> str:
        """The number that the claim's ticket gets."""
        return derive_number(self.claim["account_id"], self.key)

    def registered_reward(self, now: datetime) -> Reward:
        """Return the reward that the platform's own tracking registers for the claim's order."""
        reward_id = f"rew-tracked-{self.key}"
        return _reward(self.link, reward_id, RewardState.REGISTERED, self.order, now)


def plan_claims(
    seed: int,
    count: int,
    seconds: float,
    now: datetime,
    *,
    first: int = 0,
    kinds: Sequence[TicketKind] = KINDS,
) -> list[PlannedClaim]:
    """Plan `count` claims of all `kinds`, filed within `seconds` from `now`, in order of filing.

    Accounts, links and orders are numbered from `first`, so that those of two plans differ.
    """
    chance = random.Random(seed)  # noqa: S311
    endless = _shuffled(kinds, chance)
    claims: list[PlannedClaim] = []
    while len(claims) < count:
        at = seconds * len(claims) / count + chance.uniform(0, seconds / count)
        claims += _plan(next(endless), first + len(claims), at, now, chance)
    return sorted(claims, key=lambda one: one.at)


def _shuffled(kinds: Sequence[TicketKind], chance: random.Random) -> Iterator[TicketKind]:
    """Yield every kind once in a random order, then again in another."""
    while True:
        yield from chance.sample(kinds, len(kinds))


def _plan(
    kind: TicketKind, serial: int, at: float, now: datetime, chance: random.Random
) -> list[PlannedClaim]:
    """Plan the claims for one order, from as many accounts as the kind has."""
    filed_at = now + timedelta(seconds=at)
    order_number, answers = _answers(kind.partner_id, serial)
    order = (kind.partner_id, order_number) if order_number else None
    script = _script(kind, now, chance)
    planned = []
    for index in range(kind.accounts):
        key = f"{serial}-{index}"
        link = _link(kind.partner_id, key, now)
        contested = f"rew-rejected-{key}" if kind.contests else None
        claim = _claim(kind, link, contested, filed_at)
        claim["answers"] = resolve_dates(answers | kind.changed_answers, now, _UTC)
        reward = _reward(link, contested, RewardState.REJECTED, order, now) if contested else None
        planned.append(PlannedClaim(kind, at, key, claim, link, reward, script, order))
    return planned


def _script(kind: TicketKind, now: datetime, chance: random.Random) -> Script:
    delivery = DELIVERIES[0] if chance.random() < 0.5 else chance.choice(DELIVERIES)
    outcomes = [
        one.model_copy(update={"outcome": resolve_dates(one.outcome, now, _UTC)})
        for one in kind.outcomes
    ]
    return Script(delivery=delivery, answers=outcomes)


def _claim(
    kind: TicketKind, link: Link, reward_id: str | None, filed_at: datetime
) -> dict[str, Any]:
    ordered: dict[str, str] = {}
    if kind.ordered_seconds_ago is None:
        day = (filed_at - timedelta(days=_ORDERED_DAYS_AGO)).date()
        ordered["ordered_on"] = day.isoformat()
    else:
        moment = filed_at - timedelta(seconds=kind.ordered_seconds_ago)
        ordered["ordered_at"] = moment.isoformat()
    return {
        "account_id": link.account_id,
        "contact": {
            "email": f"{link.account_id}@members.example",
            "name": "Jan Kowalski",
            "language": "pl",
        },
        "kind": "rejected_reward" if reward_id else "missing_cashback",
        "partner_id": link.partner_id,
        "link_id": None if reward_id else link.link_id,
        "reward_id": reward_id,
        **ordered,
    }


def _answers(partner_id: str, serial: int) -> tuple[str | None, dict[str, Any]]:
    """Return the order's number, if its partner has numbers, and the answers to the form."""
    digits = f"{serial:05d}"
    match partner_id:
        case "velotel":
            number = f"VT-{digits[:4]}-{digits[4]}"
            return number, {"order_number": number, "activated_on": "-18d"}
        case "brightvolt":
            number = f"103000{digits}"
            return number, {
                "meter_number": number,
                "contract_started_on": "-18d",
                "account_holder": "Orla Quinn",
                "tariff": "green_24",
            }
        case "fernweh":
            number = f"FW0{digits}"
            return number, {"booking_number": number, "travel_ended_on": "-1d"}
    return None, {
        "account_opened_on": "-18d",
        "opened_where": "app",
        "bank_email": "jan@members.example",
    }


def _link(partner_id: str, key: str, now: datetime) -> Link:
    amount, currency = PROMISED[partner_id]
    return Link.model_validate(
        {
            "link_id": f"lnk-{key}",
            "version": 1,
            "account_id": f"acc-{key}",
            "partner_id": partner_id,
            "kind": LinkKind.CASHBACK,
            "clicked_at": now - timedelta(days=_ORDERED_DAYS_AGO + 5),
            "promised_reward": {"amount": amount, "currency": currency},
        }
    )


def _reward(
    link: Link, reward_id: str, state: RewardState, order: tuple[str, str] | None, now: datetime
) -> Reward:
    return Reward(
        reward_id=reward_id,
        version=1,
        account_id=link.account_id,
        partner_id=link.partner_id,
        link_id=link.link_id,
        kind=link.kind,
        order_number=order[1] if order else None,
        state=state,
        amount=link.promised_reward,
        changed_at=now,
    )
