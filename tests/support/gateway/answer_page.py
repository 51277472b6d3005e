"""The page on which a member answers questions."""

import re
from typing import Any

import httpx

from tests.support.gateway.running_gateway import RunningGateway

LINK = re.compile(r"http\S+/information\?token=[\w.-]+")


CONTACT = {"email": "jan@example.com", "name": "Jan Kowalski", "language": "en"}


async def link_with_question(gateway: RunningGateway, *questions: str, **claim: Any) -> str:
    """File a claim, ask as its partner, and return the link in the e-mail."""
    account = gateway.new_id("acc")
    await gateway.env.file_and_send(account=account, **{"contact": CONTACT} | claim)
    await gateway.env.send_outcome("information_requested", questions=questions)
    await gateway.env.wait_for_emails("confirmation", "information_needed")
    email, _ = gateway.env.mailbox.find(number=gateway.env.number)
    (link,) = LINK.findall(email.text)
    assert f'href="{link}"' in email.html
    assert link.startswith(f"{gateway.address}/tickets/{gateway.env.number}/information?")
    return str(link)


async def open_page(gateway: RunningGateway, link: str) -> httpx.Response:
    """Open a page."""
    return await gateway.http.get(link)


async def answer(gateway: RunningGateway, link: str, **entries: str) -> httpx.Response:
    """Send an answer, and follow the redirect."""
    fields = {name.replace("__", "-"): text for name, text in entries.items()}
    return await gateway.http.post(link, data=fields, follow_redirects=True)
