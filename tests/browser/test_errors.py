"""An address without a page."""

from tests.browser.conftest import Opener
from tests.support.gateway.running_gateway import RunningGateway


async def test_an_unknown_address_is_not_found(gateway: RunningGateway, open_tab: Opener) -> None:
    tab = await open_tab()
    answer = await tab.page.goto(f"{gateway.address}/nowhere")
    assert answer
    assert answer.status == 404
