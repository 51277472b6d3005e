"""Login tokens and the button of the sign-in page."""

import re

from tests.support.browser_client import Browsing
from tests.support.gateway.running_gateway import RunningGateway


async def reads_as(browsing: Browsing, door: str = "form") -> str:
    """Who reads the pages in this browser."""
    page = await browsing.get(f"/{door}")
    found = re.search(r"Signed in: ([^<]+?)\. ", page.text)
    return found[1] if found else ""


def handed(gateway: RunningGateway, door: str, who: str) -> str:
    """A hand-over to one of the two doors."""
    if door == "desk":
        return gateway.login_token(sub=who, roles=["agent"])
    contact = {"email": f"{who}@example.com", "name": who, "language": "en"}
    return gateway.login_token(sub=f"acc-{who}", contact=contact)
