"""Members and agents of the local platform, and the links of their accounts (`accounts.toml`)."""

import secrets
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.rewards import Link, LinkKind, Reward, RewardState
from domain.values.money import Money
from domain.values.types import Identifier
from local.demo import relative_dates
from local.demo.scenarios import ScenarioModel

FILE: Final = Path(__file__).with_name("accounts.toml")
_UTC: Final = ZoneInfo("UTC")


class AgentAccount(ScenarioModel):
    """An employee of customer service."""

    id: Identifier
    name: str


class RejectedReward(ScenarioModel):
    """A reward that the partner rejected."""

    order_number: str
    changed_at: str


class SeedLink(ScenarioModel):
    """A link of an account, and the rejected reward that it earned, if it earned one."""

    partner_id: Identifier
    kind: LinkKind
    clicked_at: str
    promised_reward: Money
    rejected: RejectedReward | None = None


class MemberAccount(ScenarioModel):
    """A member of the platform."""

    id: Identifier
    account_id: Identifier
    language: str
    email: str
    name: str
    links: tuple[SeedLink, ...]

    @property
    def contact(self) -> dict[str, str]:
        """The contact data, as in docs/contract.md."""
        return {"email": self.email, "name": self.name, "language": self.language}


class LocalAccounts(ScenarioModel):
    """All members and agents."""

    members: tuple[MemberAccount, ...]
    agents: tuple[AgentAccount, ...]


def read_accounts(file: Path = FILE) -> LocalAccounts:
    """Read the file."""
    return LocalAccounts.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def seed(member: MemberAccount, seed_id: str, now: datetime) -> tuple[list[Link], list[Reward]]:
    """Create an account's links and rewards as of now, under ids that end with `seed_id`."""
    links, rewards = [], []
    for index, seed_link in enumerate(member.links):
        name = f"{member.id}-{index + 1}-{seed_id}"
        links.append(_link(member, seed_link, name, now))
        if seed_link.rejected:
            rewards.append(_reward(links[-1], seed_link.rejected, name, now))
    return links, rewards


def _link(member: MemberAccount, seed_link: SeedLink, name: str, now: datetime) -> Link:
    fields: dict[str, Any] = seed_link.model_dump(exclude={"rejected", "clicked_at"})
    fields |= {"link_id": f"lnk-{name}", "version": 1, "account_id": member.account_id}
    return Link.model_validate(
        fields | {"clicked_at": relative_dates.instant(seed_link.clicked_at, now, _UTC)}
    )


def _reward(link: Link, rejected: RejectedReward, name: str, now: datetime) -> Reward:
    return Reward(
        reward_id=f"rew-{name}",
        version=1,
        account_id=link.account_id,
        partner_id=link.partner_id,
        link_id=link.link_id,
        kind=link.kind,
        order_number=_random_digits(rejected.order_number),
        state=RewardState.REJECTED,
        amount=link.promised_reward,
        changed_at=datetime.fromisoformat(relative_dates.instant(rejected.changed_at, now, _UTC)),
    )


def _random_digits(pattern: str) -> str:
    return "".join(secrets.choice("0123456789") if one == "#" else one for one in pattern)
