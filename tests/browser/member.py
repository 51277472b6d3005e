"""A member whose account has something to choose of each sort, and who fills in the form."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from playwright.async_api import Page

from tests.browser.eyes import Eyes
from tests.gateway.front import Front
from tests.unit.builders import a_link, a_reward
from tests.workflow.claims import an_order, days_ago

WORDS: Final = {
    "pl": {
        "missing_cashback": "Brakujące środki Cashback",
        "missing_referral_reward": "Brakująca nagroda za polecenie",
        "rejected_reward": "Odrzucona nagroda",
        "next": "Dalej",
        "send": "Utwórz Zlecenie Wsparcia",
        "filed": "Zlecenie Wsparcia zostało utworzone",
    },
    "de": {
        "missing_cashback": "Fehlendes Cashback",
        "missing_referral_reward": "Fehlende Empfehlungsprämie",
        "rejected_reward": "Abgelehnte Prämie",
        "next": "Weiter",
        "send": "Nachbuchungsanfrage stellen",
        "filed": "Ihre Nachbuchungsanfrage ist angelegt",
    },
    "en": {
        "missing_cashback": "Missing cashback",
        "missing_referral_reward": "Missing referral reward",
        "rejected_reward": "Rejected reward",
        "next": "Continue",
        "send": "Create the support ticket",
        "filed": "Your support ticket has been created",
    },
}
DAY, ORDER, FRIEND, OBJECTION = (
    "#ordered_on",
    "#answer-order_number",
    "#answer-friend_email",
    ("#answer-objection"),
)
_NUMBER: Final = re.compile(r"ZW(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")


class Member:
    """An account of its own, with what its pages show."""

    def __init__(self, front: Front, language: str = "en", name: str = "Jan Kowalski") -> None:
        """Have nothing yet."""
        self.front = front
        self.account = front.new_id("acc")
        self.language = language
        self.name = name
        self.order = an_order()

    @property
    def words(self) -> dict[str, str]:
        """What the buttons say in this member's language."""
        return WORDS[self.language]

    async def link(self, partner: str, days: float, kind: str = "cashback", **more: Any) -> str:
        """Register a link that was clicked so many days ago."""
        link_id = self.front.new_id("lnk")
        clicked_at = datetime.now(UTC) - timedelta(days=days)
        known = {"account_id": self.account, "partner_id": partner, "kind": kind}
        promised = {"amount": "12.50", "currency": "EUR"} if partner != "velotel" else None
        told = {"link_id": link_id, "clicked_at": clicked_at, "promised_reward": promised}
        await self.front.stage.postgres.put_link(a_link(**known | told | more))
        return link_id

    async def reward(self, partner: str, days: int, order: str, **more: Any) -> str:
        """Register a reward that was rejected so many days ago."""
        reward_id = self.front.new_id("rew")
        changed_at = datetime.now(UTC) - timedelta(days=days)
        known = {"reward_id": reward_id, "account_id": self.account, "partner_id": partner}
        told = {"order_number": order, "changed_at": changed_at, "link_id": None}
        await self.front.stage.postgres.put_reward(a_reward(**known | told | more))
        return reward_id

    async def open_account(self) -> None:
        """Have a link of each kind and a rejected reward, all of which may be claimed."""
        link_id = await self.link(
            "velotel", 30, promised_reward={"amount": "40.00", "currency": "PLN"}
        )
        await self.link("velotel", 25, "referral")
        await self.reward("velotel", 15, self.order, link_id=link_id)

    def handover(self, **changes: Any) -> str:
        """A token with which the platform hands this member over."""
        contact = {
            "email": f"{self.account}@example.com",
            "name": self.name,
            "language": self.language,
        }
        return self.front.handover(**{"sub": self.account, "contact": contact} | changes)

    async def enter(self, eyes: Eyes) -> Page:
        """Come from the platform to step 1."""
        await eyes.page.goto(f"{self.front.address}/form/enter?token={self.handover()}")
        assert eyes.page.url == f"{self.front.address}/form"
        return eyes.page

    async def choose(self, page: Page, kind: str) -> None:
        """Go through steps 1 and 2, with the only choice there is, or the first."""
        await page.get_by_role("link", name=self.words[kind]).click()
        await page.get_by_role("radio", disabled=False).first.check()
        await page.get_by_role("button", name=self.words["next"]).click()
        await page.wait_for_url("**/details?*")

    async def fill_in(self, page: Page, kind: str, **changes: str) -> None:
        """Fill in the partner's form; a change replaces what is typed."""
        typed = {
            "missing_cashback": {DAY: days_ago(19).isoformat(), ORDER: self.order},
            "missing_referral_reward": {
                DAY: days_ago(19).isoformat(),
                ORDER: self.order,
                FRIEND: "anna@example.com",
            },
            "rejected_reward": {OBJECTION: "I kept the contract."},
        }[kind]
        for place, text in (typed | changes).items():
            await page.fill(place, text)

    async def send(self, page: Page) -> None:
        """Press the button at the end of the form."""
        await page.get_by_role("button", name=self.words["send"]).click()

    async def number_shown(self, page: Page) -> str:
        """The number in the confirmation at the top of the page (R26, R27)."""
        await page.wait_for_url("**/form/answer?*")
        told = await page.get_by_role("status").inner_text()
        assert self.words["filed"] in told
        found = _NUMBER.search(told)
        assert found, told
        return found[0]
