"""Claims, links and rewards for tickets that run in Temporal.

Dates count from today, so that an unchanged claim is accepted on any day.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from domain.claims.rewards import Link, Reward
from tests.support.builders import PLN_40, a_link, a_reward, claim_content

_orders: Final = itertools.count(1000)


def days_ago(days: int) -> date:
    """The day so many days before today (UTC)."""
    return (datetime.now(UTC) - timedelta(days=days)).date()


def an_order() -> str:
    """A new order number, unique in this test run."""
    return f"VT-{next(_orders)}-7"


def a_claim(account: str = "acc-1001", order: str = "", **changes: Any) -> dict[str, Any]:
    """An account's claim for missing cashback at Velotel; a change to `None` omits a field."""
    answers = {
        "order_number": order or an_order(),
        "activated_on": days_ago(10).isoformat(),
    }
    defaults = {
        "account_id": account,
        "contact": {"email": f"{account}@example.com", "name": "Jan Kowalski", "language": "pl"},
        "link_id": f"lnk-{account}",
        "ordered_on": days_ago(19).isoformat(),
        "answers": answers,
    }
    return claim_content(**defaults | changes)


def an_early_claim(**changes: Any) -> dict[str, Any]:
    """A claim for an order of this moment: too early, or held (R9)."""
    return a_claim(ordered_on=None, ordered_at=datetime.now(UTC).isoformat(), **changes)


def link_of(claim: dict[str, Any], **changes: Any) -> Link:
    """The link of a claim, clicked before its order."""
    clicked_at = datetime.now(UTC) - timedelta(days=30)
    defaults = {key: claim[key] for key in ("account_id", "link_id", "partner_id")}
    return a_link(**defaults | {"clicked_at": clicked_at} | changes)


def reward_for(claim: dict[str, Any], **changes: Any) -> Reward:
    """The platform's reward for a claim's order, by default registered."""
    defaults = {
        "reward_id": f"rew-{claim['answers']['order_number']}",
        "account_id": claim["account_id"],
        "order_number": claim["answers"]["order_number"],
        "link_id": claim.get("link_id"),
        "state": "registered",
        "amount": PLN_40,
        "changed_at": datetime.now(UTC) - timedelta(days=3),
    }
    return a_reward(**defaults | changes)
