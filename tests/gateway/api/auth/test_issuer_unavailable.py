"""An unavailable issuer, and invented keys: valid tokens stay valid."""

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import Any

import jwt
import pytest

from adapters.security.issuer_keys import IssuerKeys
from adapters.security.jwt import JwtVerifier
from domain.errors import RequestRejected, TransientError
from tests.gateway.api.auth.tokens import KEY_GENERATORS, TokenIssuer, token_claims
from tests.support.gateway.running_gateway import AUDIENCE, ISSUER


class KeySetServer:
    """Serves a key set, or `replacement`; does not respond while `responds` is cleared."""

    def __init__(self, issuer: TokenIssuer) -> None:
        self.issuer, self.request_count = issuer, 0
        self.replacement: bytes | Exception | None = None
        self.responds = asyncio.Event()
        self.responds.set()

    async def fetch(self, address: str) -> bytes:
        self.request_count += 1
        await self.responds.wait()
        if isinstance(self.replacement, Exception):
            raise self.replacement
        if self.replacement is not None:
            return self.replacement
        key_set = {"keys": [self.issuer.public(key_id) for key_id in self.issuer.keys]}
        return json.dumps(key_set).encode()


def an_issuer(pause: float = 0) -> tuple[TokenIssuer, KeySetServer, JwtVerifier]:
    """Return an issuer with one key, the server of its key set, and a verifier of tokens."""
    issuer = TokenIssuer()
    issuer.add_key("one", "ES256")
    server = KeySetServer(issuer)
    keys = IssuerKeys("https://issuer.example/keys", server.fetch, pause)
    return issuer, server, JwtVerifier(ISSUER, AUDIENCE, keys=keys)


def invented(key_id: str) -> str:
    """Return a token with an invented key."""
    return jwt.encode(token_claims(), KEY_GENERATORS["ES256"](), "ES256", headers={"kid": key_id})


async def outcome(call: Awaitable[Any]) -> str:
    """Return how a token is handled."""
    try:
        await call
    except RequestRejected:
        return "401"
    except TransientError:
        return "503"
    return "accepted"


async def test_a_known_key_does_not_wait_for_invented_ones() -> None:
    issuer, server, tokens = an_issuer()
    assert await outcome(tokens.verify(issuer.sign("one"))) == "accepted"
    server.responds.clear()
    unknown_keys = [
        asyncio.create_task(outcome(tokens.verify(invented(f"k{n}")))) for n in range(50)
    ]
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    for _ in range(20):
        assert await outcome(tokens.verify(issuer.sign("one"))) == "accepted"
    assert time.perf_counter() - began < 1
    assert server.request_count == 2
    server.responds.set()
    assert set(await asyncio.gather(*unknown_keys)) == {"401"}


async def test_callers_with_a_new_key_share_one_fetch() -> None:
    issuer, server, tokens = an_issuer()
    server.responds.clear()
    callers = [asyncio.create_task(outcome(tokens.verify(issuer.sign("one")))) for _ in range(10)]
    await asyncio.sleep(0.05)
    callers[0].cancel()  # a caller that disconnects does not cancel the fetch of others
    server.responds.set()
    assert await asyncio.gather(*callers[1:]) == ["accepted"] * 9
    assert server.request_count == 1


BAD_RESPONSES: dict[str, bytes | Exception] = {
    "unavailable": TransientError("no answer"),
    "a page": b"<html>Maintenance</html>",
    "no keys": b'{"keys": []}',
    "no set": b"[]",
    "null": b'{"keys": null}',
    "strange keys": b'{"keys": [{"kty": "oct"}, 7]}',
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("response", BAD_RESPONSES)
async def test_an_unavailable_issuer_is_never_the_callers_fault(response: str) -> None:
    issuer, server, tokens = an_issuer()
    server.replacement = BAD_RESPONSES[response]
    assert await outcome(tokens.verify(issuer.sign("one"))) == "503"
    server.replacement = None
    assert await outcome(tokens.verify(issuer.sign("one"))) == "accepted"
    server.replacement = BAD_RESPONSES[response]
    assert await outcome(tokens.verify(invented("two"))) == "503"
    assert await outcome(tokens.verify(issuer.sign("one"))) == "accepted"


async def test_a_fetch_that_failed_is_not_repeated_at_once() -> None:
    issuer, server, tokens = an_issuer(pause=30)
    server.replacement = TransientError("no answer")
    found = [await outcome(tokens.verify(issuer.sign("one"))) for _ in range(5)]
    assert (found, server.request_count) == (["503"] * 5, 1)


@pytest.mark.parametrize(
    ("hours", "first", "then"),
    [(2, "accepted", "accepted"), (23, "accepted", "accepted"), (25, "503", "503")],
)
async def test_the_last_good_set_is_used_for_a_day(hours: int, first: str, then: str) -> None:
    issuer, server, _ = an_issuer()
    clock = Clock()
    keys = IssuerKeys("https://issuer.example/keys", server.fetch, 0, clock)
    tokens = JwtVerifier(ISSUER, AUDIENCE, keys=keys)
    assert await outcome(tokens.verify(issuer.sign("one"))) == "accepted"
    server.replacement = TransientError("no answer")
    clock.now += hours * 3600
    assert await outcome(tokens.verify(issuer.sign("one"))) == first
    await asyncio.sleep(0.01)
    assert await outcome(tokens.verify(issuer.sign("one"))) == then
    assert server.request_count > 1


class Clock:
    """A clock that a test sets forward."""

    now = 0.0

    def __call__(self) -> float:
        return self.now
