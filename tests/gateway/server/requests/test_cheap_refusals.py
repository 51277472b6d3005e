"""Unauthenticated calls cost little: they are refused before their body is read."""

import asyncio
import re
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from adapters.security.webhook_signatures import could_be_signed
from tests.support.gateway.running_gateway import RunningGateway

NO_BODY = b"content-type: application/json\r\ncontent-length: 200000\r\n\r\n"


async def first_line(gateway: RunningGateway, head: bytes) -> bytes:
    """Return the status line for a head whose body never arrives."""
    url = urlsplit(gateway.address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        writer.write(head)
        return await asyncio.wait_for(reader.readline(), 3)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/tickets"),
        ("POST", "/v1/claims/check"),
        ("PUT", "/v1/links"),
        ("PUT", "/v1/rewards/r-1"),
        ("POST", "/v1/tickets/ZW-4KQ7-P9XT-M2AB-C/decision"),
        ("POST", "/v1/partners/velotel/outcomes"),
    ],
)
async def test_a_body_without_a_token_or_signature_is_not_waited_for(
    gateway: RunningGateway, method: str, path: str
) -> None:
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\n".encode()
    assert b" 401 " in await first_line(gateway, head + NO_BODY)
    wrong = b"authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x\r\n"
    assert b" 401 " in await first_line(gateway, head + wrong + NO_BODY)


async def test_a_body_of_the_wrong_role_is_not_waited_for(gateway: RunningGateway) -> None:
    token = f"authorization: {gateway.as_operator()['authorization']}\r\n".encode()
    head = b"POST /v1/tickets HTTP/1.1\r\nhost: x\r\n" + token + NO_BODY
    assert b" 403 " in await first_line(gateway, head)


async def test_no_api_call_waits_for_the_body_of_an_unauthenticated_client(
    gateway: RunningGateway,
) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    calls = [(path, call) for path, item in document["paths"].items() for call in item.items()]
    with_body = [(method, path) for path, (method, call) in calls if "requestBody" in call]
    assert len(with_body) >= 10
    for method, path in with_body:
        address = re.sub(r"{\w+}", "1", path)
        head = f"{method.upper()} {address} HTTP/1.1\r\nhost: x\r\n".encode()
        assert b" 401 " in await first_line(gateway, head + NO_BODY), path


@pytest.mark.parametrize(
    ("changed", "is_worth_reading"),
    [
        ({}, True),
        ({"webhook-timestamp": "1"}, False),
        ({"webhook-timestamp": "99999999999"}, False),
        ({"webhook-timestamp": "now"}, False),
        ({"webhook-signature": ""}, False),
        ({"webhook-id": ""}, False),
    ],
)
def test_a_signed_message_is_read_where_its_headers_could_be_valid(
    changed: dict[str, str], is_worth_reading: bool
) -> None:
    now = datetime.now(UTC)
    valid = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp()))}
    headers = valid | {"webhook-signature": "v1,eA=="} | changed
    assert could_be_signed(headers, now) is is_worth_reading
    as_svix = {name.replace("webhook", "svix"): text for name, text in headers.items()}
    assert could_be_signed(as_svix, now) is is_worth_reading


@pytest.mark.parametrize("more", ["", "; multipart/form-data", "; boundary=x"])
async def test_a_form_of_separators_is_refused_before_it_is_parsed(
    gateway: RunningGateway, more: str
) -> None:
    headers = {"content-type": f"application/x-www-form-urlencoded{more}"}
    for path, size, status in (("/form/sign-in", 16_000, 413), ("/form/sign-in", 60_000, 413)):
        began = time.perf_counter()
        answer = await gateway.http.post(path, content=b"&" * size, headers=headers)
        assert answer.status_code == status
        assert time.perf_counter() - began < 1
