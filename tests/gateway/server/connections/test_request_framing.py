"""Request heads on a raw socket: ambiguous and overlong ones are refused."""

import json
from collections.abc import AsyncIterator

import pytest

from gateway.http.body_limits import MAX_PARAMETERS
from gateway.server.request_framing import (
    MAX_HEADER_BYTES,
    MAX_HEADER_FIELDS,
    MAX_SMALL_CHUNKS,
    MAX_TARGET_BYTES,
)
from tests.support.gateway.raw_http_client import GET, POST, RawServer, run_raw_server


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    """A server whose deadlines are short."""
    async with run_raw_server(
        head_timeout=0.4, body_timeout=0.6, keep_alive=1, response_timeout=0.5
    ) as started:
        yield started


BOTH = b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
FRAMING = {
    "a length and a coding": POST + BOTH,
    "a coding and a length": POST + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n",
    "the same length twice": POST + b"content-length: 4\r\ncontent-length: 4\r\n\r\nbody",
    "two lengths": POST + b"content-length: 4\r\nContent-Length: 5\r\n\r\nbody!",
    "a list of lengths": POST + b"content-length: 4, 4\r\n\r\nbody",
    "a length with a sign": POST + b"content-length: +4\r\n\r\nbody",
    "two codings": POST + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
    "another coding": POST + b"transfer-encoding: gzip, chunked\r\n\r\n",
    "a coding in HTTP/1.0": b"POST /hello HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded line": GET + b"x: a\r\n b\r\n\r\n",
    "a folded coding": POST + b"transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare line feed": GET + b"x: a\ny: b\r\n\r\n",
    "bare line feeds alone": b"GET /hello HTTP/1.1\nhost: x\n\n",
    "a bare carriage return": GET + b"x: a\rcontent-length: 4\r\n\r\n",
    "a NUL": GET + b"x: a\x00b\r\n\r\n",
    "a space before the colon": POST + b"content-length : 4\r\n\r\nbody",
    "no host": b"GET /hello HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"host: y\r\n\r\n",
    "a malformed chunk": POST + b"transfer-encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("case", FRAMING)
async def test_an_ambiguous_head_is_refused_and_the_connection_closed(
    server: RawServer, case: str
) -> None:
    smuggled = GET + b"x-smuggled: yes\r\n\r\n"
    response = await server.exchange(FRAMING[case] + smuggled)
    assert response.startswith(b"HTTP/1.1 400 "), response[:100]
    assert response.count(b"HTTP/1.1 ") == 1
    assert json.loads(response.partition(b"\r\n\r\n")[2])["code"] == "bad_request"


async def test_a_valid_head_is_accepted_and_the_connection_stays_open(server: RawServer) -> None:
    chunked = POST + b"transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    closing = GET + b"connection: close\r\n\r\n"
    response = await server.exchange(chunked, POST + b"content-length: 4\r\n\r\nbody" + closing)
    assert response.count(b"HTTP/1.1 200 ") == 3


async def test_a_head_request_is_answered_like_a_get_without_body(server: RawServer) -> None:
    head = b"HEAD /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    response = await server.exchange(head)
    assert response.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 5\r\n" in response
    assert response.endswith(b"\r\n\r\n")


def fields(count: int, size: int) -> bytes:
    """Return so many header fields with values of this size."""
    return b"".join(b"x-%d: %s\r\n" % (at, b"v" * size) for at in range(count))


TOO_LARGE = {
    "a long address": (414, b"GET /" + b"a" * MAX_TARGET_BYTES + b"x" * 20 + b" HTTP/1.1\r\n"),
    "an address of 60 kB": (414, b"GET /hello?" + b"&" * 60_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n"),
    "a long field": (431, GET + fields(1, MAX_HEADER_BYTES) + b"\r\n"),
    "many fields": (431, GET + fields(MAX_HEADER_FIELDS + 1, 1) + b"\r\n"),
    "fields of 60 kB": (431, GET + fields(60, 1000) + b"\r\n"),
    "a cookie of separators": (431, GET + b"cookie: " + b";" * 60_000 + b"\r\n\r\n"),
    "a head without end": (431, GET + b"x: " + b"v" * 30_000),
}


@pytest.mark.parametrize("case", TOO_LARGE)
async def test_a_head_that_is_too_large_is_refused_by_its_size(
    server: RawServer, case: str
) -> None:
    status, head = TOO_LARGE[case]
    response = await server.exchange(head)
    assert response.startswith(b"HTTP/1.1 %d " % status), response[:100]


async def test_an_address_with_many_parameters_is_refused(server: RawServer) -> None:
    address = b"/hello?" + b"&" * MAX_PARAMETERS
    response = await server.exchange(
        b"GET " + address + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    assert response.startswith(b"HTTP/1.1 422 ")


async def test_a_body_of_tiny_chunks_is_refused_and_closed(server: RawServer) -> None:
    head = POST + b"transfer-encoding: chunked\r\n\r\n"
    response = await server.exchange(head + b"1\r\nx\r\n" * (MAX_SMALL_CHUNKS + 100))
    assert response.startswith(b"HTTP/1.1 400 ")
    whole = head + (b"64\r\n" + b"x" * 100 + b"\r\n") * (MAX_SMALL_CHUNKS + 100) + b"0\r\n\r\n"
    async with server.call() as (reader, writer):
        writer.write(whole)
        assert b" 200 " in await reader.readline()


async def test_tiny_chunks_after_the_response_are_not_read(server: RawServer) -> None:
    head = b"POST /hello HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    response = await server.exchange(head, b"1\r\nx\r\n" * 20_000, pause=0.1)
    assert response.startswith(b"HTTP/1.1 405 ") or response == b""
