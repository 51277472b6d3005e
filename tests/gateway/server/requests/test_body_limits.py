"""Limits on the size of bodies."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from gateway.http.body_limits import MAX_BODY_BYTES
from tests.support.gateway.running_gateway import RunningGateway

CHECK = "/v1/claims/check"


async def in_pieces(size: int, piece: int = 65536) -> AsyncIterator[bytes]:
    """Yield a body of so many bytes without a declared length."""
    for start in range(0, size, piece):
        yield b" " * min(piece, size - start)


def headers(gateway: RunningGateway) -> dict[str, str]:
    """Return headers of a platform that sends JSON."""
    return gateway.as_platform() | {"content-type": "application/json"}


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES + 1, 413), (5 * MAX_BODY_BYTES, 413)])
async def test_a_body_in_pieces_is_read_up_to_the_bound(
    gateway: RunningGateway, size: int, status: int
) -> None:
    answer = await gateway.http.post(CHECK, content=in_pieces(size), headers=headers(gateway))
    assert (answer.status_code, answer.json()["code"]) == (status, "payload_too_large")


async def test_a_body_in_pieces_that_is_small_enough_is_read(gateway: RunningGateway) -> None:
    async def claim() -> AsyncIterator[bytes]:
        for byte in b'{"account_id": "acc-1"}':
            yield bytes([byte])

    answer = await gateway.http.post(CHECK, content=claim(), headers=headers(gateway))
    assert answer.status_code == 200


async def test_a_bound_holds_before_authentication(gateway: RunningGateway) -> None:
    answer = await gateway.http.post(CHECK, content=in_pieces(2 * MAX_BODY_BYTES))
    assert answer.status_code in (401, 413)


async def send_raw(
    gateway: RunningGateway, length: str, body: bytes = b"", disconnects: bool = False
) -> bytes:
    """Send a body with this declared length and return the response."""
    url = urlsplit(gateway.address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    token = gateway.as_platform()["authorization"]
    head = [f"POST {CHECK} HTTP/1.1", "host: x", "connection: close", f"authorization: {token}"]
    head += ["content-type: application/json", f"content-length: {length}", "", ""]
    writer.write("\r\n".join(head).encode())
    writer.write(body)
    try:
        await writer.drain()
        if disconnects:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


async def test_a_length_beyond_the_bound_is_refused_before_the_body_arrives(
    gateway: RunningGateway,
) -> None:
    response = await send_raw(gateway, str(MAX_BODY_BYTES + 1))
    assert response.startswith(b"HTTP/1.1 413 ")
    assert b'"payload_too_large"' in response


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "1, 2", "\u0661"])
async def test_a_length_that_is_not_a_number_is_refused(
    gateway: RunningGateway, length: str
) -> None:
    response = await send_raw(gateway, length, b"{}")
    assert response.startswith(b"HTTP/1.1 400 ")


async def test_more_than_the_declared_length_is_not_read_as_the_body(
    gateway: RunningGateway,
) -> None:
    response = await send_raw(gateway, "23", b'{"account_id": "acc-1"}, "x": 1}')
    assert response.startswith(b"HTTP/1.1 200 ")


async def test_a_body_shorter_than_its_declared_length_is_not_accepted(
    gateway: RunningGateway,
) -> None:
    response = await send_raw(gateway, "100", b'{"account_id": "acc-1"}', disconnects=True)
    assert b" 200 " not in response.partition(b"\r\n")[0]
