"""Hostile responses to our calls: compression bombs and endless headers."""

import gzip
import resource

import pytest

from adapters.http.webhook_client import WebhookClient
from domain.errors import PartnerUnavailable
from tests.support.raw_http_server import RawHttpServer
from tests.support.servers.partner_delivery import BODY, KEY, SECRET, deliver


def nested_body(coding: str, depth: int) -> tuple[str, bytes]:
    """A body that decompresses to a gigabyte, and its declared encoding."""
    content = gzip.compress(bytes(50_000_000))
    for _ in range(depth - 1):
        content = gzip.compress(content)
    return ", ".join([coding] * depth), content


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "Identity, gzip"])
@pytest.mark.parametrize("status", [200, 202, 409])
async def test_a_compressed_response_is_not_decompressed(
    client: WebhookClient, partner: RawHttpServer, coding: str, status: int
) -> None:
    encoding, content = nested_body(coding, 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    head = f"HTTP/1.1 {status} OK\r\nContent-Encoding: {encoding}\r\n".encode()
    head += f"Content-Length: {len(content)}\r\n\r\n".encode()
    assert await deliver(client, partner, head + content) is None
    assert partner.calls[0].headers["accept-encoding"] == "identity"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


async def test_a_compressed_response_to_a_webhook_is_not_decompressed(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    encoding, content = nested_body("gzip", 2)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(content)}"
    partner.answer = head.encode() + b"\r\n\r\n" + content
    await client.post_event(partner.address, SECRET, KEY, BODY, 5)
    assert partner.calls[0].headers["accept-encoding"] == "identity"


async def test_a_response_with_endless_headers_is_cut_off(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    with pytest.raises(PartnerUnavailable):
        await deliver(client, partner, b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000)
