"""Pages that say no are pages, too."""

from tests.browser.conftest import Opener
from tests.support.gateway.running_gateway import RunningGateway


async def test_an_address_that_leads_nowhere_answers_without_a_page(
    gateway: RunningGateway, open_tab: Opener
) -> None:
    tab = await open_tab()
    answer = await tab.page.goto(f"{gateway.address}/nowhere")
    assert answer
    assert answer.status == 404
