"""Login tokens and the button of the sign-in page."""

import re

from tests.support.browser_client import MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway


async def reads_as(member_browser: MemberBrowser, area: str = "form") -> str:
    """Who reads the pages in this browser."""
    page = await member_browser.get(f"/{area}")
    found = re.search(r"Signed in: ([^<]+?)\. ", page.text)
    return found[1] if found else ""


def handed(gateway: RunningGateway, area: str, who: str) -> str:
    """A login token for the member form or the agent pages."""
    if area == "desk":
        return gateway.login_token(sub=who, roles=["agent"])
    contact = {"email": f"{who}@example.com", "name": who, "language": "en"}
    return gateway.login_token(sub=f"acc-{who}", contact=contact)
