"""Login tokens and the button of the sign-in page."""

import re

from tests.support.browser_client import MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway


async def signed_in_as(member_browser: MemberBrowser, area: str = "form") -> str:
    """Return the name with which this browser is signed in; empty without a session."""
    page = await member_browser.get(f"/{area}")
    found = re.search(r"Signed in: ([^<]+?)\. ", page.text)
    return found[1] if found else ""


def login_token(gateway: RunningGateway, area: str, name: str) -> str:
    """A login token for the member form or the agent pages."""
    if area == "desk":
        return gateway.login_token(sub=name, roles=["agent"])
    contact = {"email": f"{name}@example.com", "name": name, "language": "en"}
    return gateway.login_token(sub=f"acc-{name}", contact=contact)
