"""A member with claimable links and rewards, and a browser that fills in the form."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx

from adapters.postgres.platform.feed_records import store_link, store_reward
from tests.support.builders import a_link, a_reward
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import an_order, days_ago

DAY: Final = "ordered_on"
ORDER: Final = "answer-order_number"
FRIEND: Final = "answer-friend_email"
OBJECTION: Final = "answer-objection"
_NUMBER: Final = re.compile(r"ZW(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


def numbers_in(text: str) -> list[str]:
    """Every ticket number in a text."""
    return _NUMBER.findall(text)


class Member:
    """A new account, with the content of its pages."""

    def __init__(
        self, gateway: RunningGateway, language: str = "en", name: str = "Jan Kowalski"
    ) -> None:
        """Start without links and rewards."""
        self.gateway = gateway
        self.account = gateway.new_id("acc")
        self.language = language
        self.name = name
        self.order = an_order()

    async def link(self, partner: str, days: float, kind: str = "cashback", **more: Any) -> str:
        """Register a link that was clicked so many days ago."""
        link_id = self.gateway.new_id("lnk")
        defaults = {"account_id": self.account, "partner_id": partner, "kind": kind}
        clicked_at = datetime.now(UTC) - timedelta(days=days)
        fields = {"link_id": link_id, "clicked_at": clicked_at}
        await store_link(self.gateway.env.database, a_link(**defaults | fields | more))
        return link_id

    async def reward(self, partner: str, days: int, **more: Any) -> str:
        """Register a reward for this member's order; it was rejected so many days ago."""
        reward_id = self.gateway.new_id("rew")
        defaults = {"reward_id": reward_id, "account_id": self.account, "partner_id": partner}
        changed_at = datetime.now(UTC) - timedelta(days=days)
        fields = {"order_number": self.order, "changed_at": changed_at, "link_id": None}
        await store_reward(self.gateway.env.database, a_reward(**defaults | fields | more))
        return reward_id

    async def register_claimable(self) -> None:
        """Register a link of each kind and a rejected reward, all of which may be claimed."""
        link_id = await self.link("velotel", 30)
        await self.link("velotel", 30, "referral")
        await self.reward("velotel", 15, link_id=link_id)

    def login_token(self, **changes: Any) -> str:
        """A login token of the platform for this member."""
        contact = {
            "email": f"{self.account}@example.com",
            "name": self.name,
            "language": self.language,
        }
        return self.gateway.login_token(**{"sub": self.account, "contact": contact} | changes)

    def entries(self, kind: str = "missing_cashback", **changes: str) -> dict[str, str]:
        """This member's entries in the form, by the names of its inputs."""
        missing = {DAY: days_ago(19).isoformat(), ORDER: self.order}
        defaults = {
            "missing_cashback": missing,
            "missing_referral_reward": {**missing, FRIEND: "anna@example.com"},
            "rejected_reward": {OBJECTION: "I kept the contract."},
        }
        return defaults[kind] | changes

    async def row(self, number: str) -> dict[str, Any]:
        """The ticket's row in the database."""
        return (await self.gateway.env.rows("tickets", "number", number))[0]

    async def tickets(self) -> list[str]:
        """The numbers of this account's tickets."""
        query = "select number from tickets where account_id = $1"
        async with self.gateway.env.database.transaction() as connection:
            return [row["number"] for row in await connection.fetch(query, self.account)]


class MemberBrowser(httpx.AsyncClient):
    """A browser without rendering: it stores cookies and follows redirects."""

    def __init__(self, gateway: RunningGateway) -> None:
        """Start without a session."""
        super().__init__(
            base_url=gateway.address, trust_env=False, timeout=30, follow_redirects=True
        )

    async def sign_in(self, member: Member) -> None:
        """Sign in with a login token of the platform."""
        answer = await self.post("/form/sign-in", data={"token": member.login_token()})
        assert answer.status_code == 200, answer.text
        assert answer.url.path == "/form"

    async def open_form(self, choice: str, kind: str = "missing_cashback") -> httpx.Response:
        """Open the partner's form for a choice."""
        return await self.get(f"/form/{kind}/details?{urlencode({'choice': choice})}")

    async def send_form(
        self, form: httpx.Response, member: Member, **changes: str
    ) -> httpx.Response:
        """Fill in an open form and send it."""
        entries = member.entries(**changes) | {"csrf_token": token_in(form)}
        return await self.post(str(form.url), data=entries)


class OpenedForm(NamedTuple):
    """A member, and the page with the open form."""

    member: Member
    page: httpx.Response


def token_in(page: httpx.Response) -> str:
    """The form's token on a page."""
    found = _TOKEN.search(page.text)
    assert found, page.text
    return found[1]
