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
from tests.gateway.api.auth.tokens import MAKERS, TokenIssuer, content
from tests.support.gateway.running_gateway import AUDIENCE, ISSUER


class Published:
    """What is fetched: a key set, something else, or nothing while it hangs."""

    def __init__(self, issuer: TokenIssuer) -> None:
        self.issuer, self.request_count = issuer, 0
        self.instead: bytes | Exception | None = None
        self.hangs = asyncio.Event()
        self.hangs.set()

    async def fetch(self, address: str) -> bytes:
        self.request_count += 1
        await self.hangs.wait()
        if isinstance(self.instead, Exception):
            raise self.instead
        if self.instead is not None:
            return self.instead
        key_set = {"keys": [self.issuer.public(key_id) for key_id in self.issuer.keys]}
        return json.dumps(key_set).encode()


def a_reader(pause: float = 0) -> tuple[TokenIssuer, Published, JwtVerifier]:
    """Return an issuer with one key, what it publishes, and a verifier of tokens."""
    issuer = TokenIssuer()
    issuer.make("one", "ES256")
    published = Published(issuer)
    keys = IssuerKeys("https://issuer.example/keys", published.fetch, pause)
    return issuer, published, JwtVerifier(ISSUER, AUDIENCE, keys=keys)


def invented(key_id: str) -> str:
    """Return a token with an invented key."""
    return jwt.encode(content(), MAKERS["ES256"](), "ES256", headers={"kid": key_id})


async def outcome(call: Awaitable[Any]) -> str:
    """Return how a token is handled."""
    try:
        await call
    except RequestRejected:
        return "401"
    except TransientError:
        return "503"
    return "in"


async def test_a_known_key_does_not_wait_for_invented_ones() -> None:
    issuer, published, tokens = a_reader()
    assert await outcome(tokens.verify(issuer.sign("one"))) == "in"
    published.hangs.clear()
    strangers = [asyncio.create_task(outcome(tokens.verify(invented(f"k{n}")))) for n in range(50)]
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    for _ in range(20):
        assert await outcome(tokens.verify(issuer.sign("one"))) == "in"
    assert time.perf_counter() - began < 1
    assert published.request_count == 2
    published.hangs.set()
    assert set(await asyncio.gather(*strangers)) == {"401"}


async def test_callers_with_a_new_key_share_one_fetch() -> None:
    issuer, published, tokens = a_reader()
    published.hangs.clear()
    callers = [asyncio.create_task(outcome(tokens.verify(issuer.sign("one")))) for _ in range(10)]
    await asyncio.sleep(0.05)
    callers[0].cancel()  # a caller that disconnects does not cancel the fetch of others
    published.hangs.set()
    assert await asyncio.gather(*callers[1:]) == ["in"] * 9
    assert published.request_count == 1


TROUBLE: dict[str, bytes | Exception] = {
    "away": TransientError("no answer"),
    "a page": b"<html>Maintenance</html>",
    "no keys": b'{"keys": []}',
    "no set": b"[]",
    "null": b'{"keys": null}',
    "strange keys": b'{"keys": [{"kty": "oct"}, 7]}',
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_an_unavailable_issuer_is_never_the_callers_fault(trouble: str) -> None:
    issuer, published, tokens = a_reader()
    published.instead = TROUBLE[trouble]
    assert await outcome(tokens.verify(issuer.sign("one"))) == "503"
    published.instead = None
    assert await outcome(tokens.verify(issuer.sign("one"))) == "in"
    published.instead = TROUBLE[trouble]
    assert await outcome(tokens.verify(invented("two"))) == "503"
    assert await outcome(tokens.verify(issuer.sign("one"))) == "in"


async def test_a_fetch_that_failed_is_not_repeated_at_once() -> None:
    issuer, published, tokens = a_reader(pause=30)
    published.instead = TransientError("no answer")
    found = [await outcome(tokens.verify(issuer.sign("one"))) for _ in range(5)]
    assert (found, published.request_count) == (["503"] * 5, 1)


@pytest.mark.parametrize(
    ("hours", "first", "then"), [(2, "in", "in"), (23, "in", "in"), (25, "503", "503")]
)
async def test_the_last_good_set_is_used_for_a_day(hours: int, first: str, then: str) -> None:
    issuer, published, _ = a_reader()
    clock = Clock()
    keys = IssuerKeys("https://issuer.example/keys", published.fetch, 0, clock)
    tokens = JwtVerifier(ISSUER, AUDIENCE, keys=keys)
    assert await outcome(tokens.verify(issuer.sign("one"))) == "in"
    published.instead = TransientError("no answer")
    clock.now += hours * 3600
    assert await outcome(tokens.verify(issuer.sign("one"))) == first
    await asyncio.sleep(0.01)
    assert await outcome(tokens.verify(issuer.sign("one"))) == then
    assert published.request_count > 1


class Clock:
    """A clock that is set forward."""

    now = 0.0

    def __call__(self) -> float:
        return self.now
