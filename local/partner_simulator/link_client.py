"""The simulated partner that is served by e-mail: it opens its link and fills in the form."""

import asyncio
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

import httpx

from domain.errors import TicketError

RETRY_PAUSE_SECONDS: Final = 0.5  # seconds before the next try while the gateway is unavailable


class LinkFailed(TicketError):
    """A link did not open its claim, or its form did not accept an answer."""


class _Hidden(HTMLParser):
    """Collects the hidden inputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "input" and attributes.get("type") == "hidden":
            self.found.append((attributes.get("name") or "", attributes.get("value") or ""))


async def submit_outcome(
    gateway: httpx.AsyncClient, address: str, outcome: Mapping[str, Any]
) -> bool:
    """Answer a claim by the link at `address`; `False` if the claim accepts no more answers.

    Tried again while the gateway is unavailable. Raises `LinkFailed`.
    """
    page = await _request_with_retry(gateway, "GET", address)
    hidden = dict(_hidden(page))
    if "round" not in hidden:
        return False
    form = {"round": hidden["round"], **_form_values(outcome)}
    sure = await _request_with_retry(gateway, "POST", address, form)
    await _request_with_retry(
        gateway, "POST", address, _multi_dict(_hidden(sure)) | {"confirmed": "yes"}
    )
    return True


def _form_values(outcome: Mapping[str, Any]) -> dict[str, str]:
    """Fill in the form by the outcome (docs/contract.md, "Temporal")."""
    kind, reward = outcome["outcome"], outcome.get("reward") or {}
    attributes = {
        "outcome": kind,
        "amount": reward.get("amount"),
        f"{kind}_note": outcome.get("note"),
        "question": "\n".join(outcome.get("questions") or ()),
    }
    names = ("reason_code", "activated_on", "contract_started_on", "cancellation_ends_on")
    attributes |= {name: outcome.get(name) for name in names}
    return {name: str(text) for name, text in attributes.items() if text}


def _hidden(page: httpx.Response) -> list[tuple[str, str]]:
    reader = _Hidden()
    reader.feed(page.text)
    return reader.found


def _multi_dict(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return a form in which a name may occur several times."""
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


async def _request_with_retry(
    gateway: httpx.AsyncClient, method: str, address: str, form: Mapping[str, Any] | None = None
) -> httpx.Response:
    while True:
        try:
            answer = await gateway.request(method, address, data=form)
        except httpx.HTTPError:
            pass
        else:
            if answer.status_code < 400:
                return answer
            if answer.status_code < 500:
                raise LinkFailed(f"{method} of a partner's link: {answer.status_code}")
        await asyncio.sleep(RETRY_PAUSE_SECONDS)
