"""Who may be played on the local platform's page, and what their accounts hold (`people.toml`)."""

import secrets
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.claim import Link, LinkKind, Reward, RewardState
from domain.values.types import Identifier, Money
from local.demo import relative_dates
from local.demo.scenarios import Exact

FILE: Final = Path(__file__).with_name("accounts.toml")
_UTC: Final = ZoneInfo("UTC")


class Agent(Exact):
    """Somebody of customer service."""

    id: Identifier
    name: str


class Rejection(Exact):
    """A reward that the partner rejected."""

    order_number: str
    changed_at: str


class DealtLink(Exact):
    """A link of an account, and the rejected reward that it earned, if it earned one."""

    partner_id: Identifier
    kind: LinkKind
    clicked_at: str
    promised_reward: Money
    rejected: Rejection | None = None


class Member(Exact):
    """A member of the platform."""

    id: Identifier
    account_id: Identifier
    language: str
    email: str
    name: str
    links: tuple[DealtLink, ...]

    @property
    def contact(self) -> dict[str, str]:
        """Whom to write to, as the contract has it."""
        return {"email": self.email, "name": self.name, "language": self.language}


class People(Exact):
    """Everybody."""

    members: tuple[Member, ...]
    agents: tuple[Agent, ...]


def read_people(file: Path = FILE) -> People:
    """Read the file."""
    return People.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def deal(member: Member, deal_id: str, now: datetime) -> tuple[list[Link], list[Reward]]:
    """Make an account's links and rewards as of now, under ids that end with `deal_id`."""
    links, rewards = [], []
    for index, dealt in enumerate(member.links):
        name = f"{member.id}-{index + 1}-{deal_id}"
        links.append(_link(member, dealt, name, now))
        if dealt.rejected:
            rewards.append(_reward(links[-1], dealt.rejected, name, now))
    return links, rewards


def _link(member: Member, dealt: DealtLink, name: str, now: datetime) -> Link:
    told: dict[str, Any] = dealt.model_dump(exclude={"rejected", "clicked_at"})
    told |= {"link_id": f"lnk-{name}", "version": 1, "account_id": member.account_id}
    return Link.model_validate(
        told | {"clicked_at": relative_dates.instant(dealt.clicked_at, now, _UTC)}
    )


def _reward(link: Link, rejected: Rejection, name: str, now: datetime) -> Reward:
    return Reward(
        reward_id=f"rew-{name}",
        version=1,
        account_id=link.account_id,
        partner_id=link.partner_id,
        link_id=link.link_id,
        kind=link.kind,
        order_number=_some_digits(rejected.order_number),
        state=RewardState.REJECTED,
        amount=link.promised_reward,
        changed_at=datetime.fromisoformat(relative_dates.instant(rejected.changed_at, now, _UTC)),
    )


def _some_digits(pattern: str) -> str:
    return "".join(secrets.choice("0123456789") if one == "#" else one for one in pattern)
