"""A member who fills in the form in a real browser."""

from typing import Final

from playwright.async_api import Page

from tests.support.browser.page_checks import CheckedTab
from tests.support.browser_client import Member, numbers_in

LABELS: Final = {
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


class FormSession(Member):
    """A member with a browser."""

    @property
    def labels(self) -> dict[str, str]:
        """The labels of links and buttons in this member's language."""
        return LABELS[self.language]

    async def sign_in(self, tab: CheckedTab) -> Page:
        """Sign in with a login token and open step 1; the token is not in its address."""
        await tab.page.goto(f"{self.gateway.address}/form/sign-in?token={self.login_token()}")
        await tab.page.get_by_role("button").click()
        assert tab.page.url == f"{self.gateway.address}/form"
        return tab.page

    async def pick_kind(self, page: Page, kind: str) -> None:
        """Step 1."""
        await page.get_by_role("link", name=self.labels[kind]).click()
        await page.wait_for_url(f"**/form/{kind}")

    async def pick_first(self, page: Page) -> None:
        """Step 2, with the first enabled choice."""
        await page.get_by_role("radio", disabled=False).first.check()
        await page.get_by_role("button", name=self.labels["next"]).click()
        await page.wait_for_url("**/details?*idempotency_key=*")

    async def open_form_page(self, page: Page, kind: str) -> None:
        """Steps 1 and 2."""
        await page.goto(f"{self.gateway.address}/form")
        await self.pick_kind(page, kind)
        await self.pick_first(page)

    async def fill_in(self, page: Page, kind: str, **changes: str) -> None:
        """Step 3: type into the form; a change replaces what is typed."""
        for name, text in self.entries(kind, **changes).items():
            await page.fill(f"#{name}", text)

    async def send(self, page: Page) -> None:
        """Press the button at the end of the form."""
        await page.get_by_role("button", name=self.labels["send"]).click()

    async def displayed_number(self, page: Page) -> str:
        """The number in the confirmation at the top of the page (R26, R27)."""
        await page.wait_for_url("**/form/result?*")
        text = await page.get_by_role("status").inner_text()
        assert self.labels["filed"] in text
        return numbers_in(text)[0]
