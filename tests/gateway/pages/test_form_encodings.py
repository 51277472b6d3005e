"""Encodings of forms: UTF-8, or refused at once."""

import time

import httpx
import pytest

from tests.support.gateway.partner_client import a_ticket, outcome_link
from tests.support.gateway.running_gateway import RunningGateway

ENCODINGS = ["undefined", "punycode", "raw_unicode_escape", "utf-16", "utf-8; charset=utf-7"]


async def post_form(
    gateway: RunningGateway, address: str, encoding: str, text: bytes
) -> httpx.Response:
    """Send a form in parts that names the encoding of its texts."""
    part = b'--x\r\ncontent-disposition: form-data; name="token"\r\n\r\n%b\r\n--x--\r\n' % text
    headers = {"content-type": f"multipart/form-data; boundary=x; charset={encoding}"}
    return await gateway.http.post(address, content=part, headers=headers)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_form_in_parts_is_in_utf_8_or_refused(
    gateway: RunningGateway, encoding: str
) -> None:
    partner = outcome_link(gateway, await a_ticket(gateway))
    for address in ("/form/sign-in", "/desk/sign-in", partner):
        response = await post_form(gateway, address, encoding, rb"\ud800")
        assert response.status_code == 422, address
        assert (await post_form(gateway, address, "UTF-8", b"x")).status_code in (403, 409), address


async def test_no_form_encoding_overloads_the_gateway(gateway: RunningGateway) -> None:
    """Python decodes this text for seconds, and blocks all other requests meanwhile."""
    partner = outcome_link(gateway, await a_ticket(gateway))
    began = time.monotonic()
    await post_form(gateway, partner, "punycode", b"z-" + b"a" * 100_000)
    assert time.monotonic() - began < 1
