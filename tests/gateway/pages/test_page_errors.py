"""People get a page and never JSON; programs get a problem."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from adapters.security.signed_links import sign_status_link
from tests.support.gateway.partner_client import a_ticket
from tests.support.gateway.running_gateway import SIGNING_SECRET, RunningGateway

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "de"}


@pytest.mark.parametrize("path", ["/", "/nothing", "/tickets", "/desk/nothing"])
async def test_a_browser_gets_a_page_for_a_wrong_address(
    gateway: RunningGateway, path: str
) -> None:
    page = await gateway.http.get(path, headers=BROWSER)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Seite nicht gefunden" in page.text


@pytest.mark.parametrize(
    ("path", "headers"), [("/", {}), ("/nothing", {}), ("/v1/nothing", BROWSER)]
)
async def test_a_program_gets_a_problem_for_a_wrong_address(
    gateway: RunningGateway, path: str, headers: dict[str, str]
) -> None:
    answer = await gateway.http.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.fixture
def without_emails(gateway: RunningGateway) -> Iterator[None]:
    """A fault of ours: pages cannot format dates."""
    state = gateway.app.state
    context = state.context
    state.context = replace(context, emails=cast("Any", None))
    yield
    state.context = context


@pytest.mark.usefixtures("without_emails")
async def test_a_fault_of_ours_on_a_page_is_a_page(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    token = sign_status_link(SIGNING_SECRET, number, 1)
    page = await gateway.http.get(f"/tickets/{number}/status?token={token}", headers=BROWSER)
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "Bei uns ist etwas schiefgegangen" in page.text
