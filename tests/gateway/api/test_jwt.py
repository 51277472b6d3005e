"""Bearer tokens: what is sound, what is not, secrets and keys that rotate."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.http.webhook_client import open_door
from adapters.security.jwt import BearerTokens, IssuerKeys, new_token
from domain.errors import RequestRejected, TransientError
from local.stack.ports import HOST
from tests.support.gateway import AUDIENCE, ISSUER, JWT_SECRET, serve_app
from tests.support.sockets import listening_socket

OTHER_SECRET: Final = "another-secret-that-was-made-up-for-the-tests-only"
MAKERS: Final[dict[str, Callable[[], Any]]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


def content(**changes: Any) -> dict[str, Any]:
    """What a sound token says; a change to `None` leaves a claim out."""
    now = int(time.time())
    known = {"iss": ISSUER, "aud": AUDIENCE, "sub": "platform", "iat": now, "exp": now + 300}
    return {key: value for key, value in (known | changes).items() if value is not None}


def shared(secrets: str = JWT_SECRET) -> BearerTokens:
    """Checks tokens that are signed with a shared secret."""
    return BearerTokens(ISSUER, AUDIENCE, secrets=secrets)


async def refused(tokens: BearerTokens, token: str) -> bool:
    """Say whether a token is refused, by the one code there is for it."""
    try:
        await tokens.read(token)
    except RequestRejected as error:
        return error.code == "unauthorised" and error.field is None
    return False


DEEP: Final = base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30."
UNSOUND: Final[dict[str, dict[str, Any]]] = {
    "wrong issuer": {"iss": "https://somebody.else.example"},
    "no issuer": {"iss": None},
    "wrong audience": {"aud": "another-service"},
    "no audience": {"aud": None},
    "several other audiences": {"aud": ["another-service", f"{AUDIENCE}/pages"]},
    "audiences that are none": {"aud": [7, None]},
    "that of the pages": {"aud": f"{AUDIENCE}/pages"},
    "expired": {"exp": int(time.time()) - 60},
    "no expiry": {"exp": None},
    "expiry that is no number": {"exp": "tomorrow"},
    "no subject": {"sub": None},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "issued in the future": {"iat": int(time.time()) + 3600},
    "no moment of issue": {"iat": None},
    "lives for years": {"exp": int(time.time()) + 10 * 365 * 86400},
    "lives a little longer than a day": {"exp": int(time.time()) + 86400 + 3600},
    "lives for years, and is old": {"iat": 1, "exp": int(time.time()) + 300},
    "ends before it began": {"iat": int(time.time()) + 8, "exp": int(time.time()) + 1},
}


@pytest.mark.parametrize("fault", UNSOUND)
async def test_a_token_that_is_not_for_us_or_not_for_now_is_refused(fault: str) -> None:
    assert await refused(shared(), new_token(JWT_SECRET, content(**UNSOUND[fault])))


async def test_a_token_may_be_for_others_too() -> None:
    told = content(aud=["another-service", AUDIENCE])
    assert await shared().read(new_token(JWT_SECRET, told))


async def test_how_long_a_token_may_live_can_be_set() -> None:
    short = BearerTokens(ISSUER, AUDIENCE, secrets=JWT_SECRET, longest_life=timedelta(seconds=300))
    now = int(time.time())
    assert await short.read(new_token(JWT_SECRET, content(iat=now, exp=now + 300)))
    assert await refused(short, new_token(JWT_SECRET, content(iat=now, exp=now + 301)))


async def test_a_sound_token_is_read() -> None:
    told = content(roles=["platform"], accounts=["acc-1"])
    assert await shared().read(new_token(JWT_SECRET, told)) == told


async def test_a_token_signed_with_another_secret_is_refused() -> None:
    assert await refused(shared(), new_token(OTHER_SECRET, content()))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS512", "RS256", "HS256 ", "", None])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_a_token_that_chooses_its_own_algorithm_is_refused(
    algorithm: str | None, signature: str
) -> None:
    head = _part({"typ": "JWT", "alg": algorithm})
    assert await refused(shared(), f"{head}.{_part(content())}.{signature}")
    whole = jwt.encode(content(), "", algorithm="none") + signature
    assert await refused(shared(), whole)


async def test_a_token_that_was_altered_by_any_one_bit_is_refused() -> None:
    """The last character of each part has bits that mean nothing: those are left out."""
    token, tokens = new_token(JWT_SECRET, content()), shared()
    ends = {place - 1 for place, letter in enumerate(f"{token}.") if letter == "."}
    for place in set(range(len(token))) - ends:
        for bit in (1, 2, 4, 8, 16, 32):
            letter = chr(ord(token[place]) ^ bit)
            altered = token[:place] + letter + token[place + 1 :]
            assert await refused(tokens, altered), (place, bit)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "x" * 9000, "ä.ö.ü", "a b", "\x00", DEEP]
)
async def test_what_is_no_token_is_refused(token: str) -> None:
    assert await refused(shared(), token)
    async with publishing() as (issuer, tokens):
        issuer.make("one", "EdDSA")
        assert await refused(tokens, token)


async def test_while_a_secret_rotates_the_old_and_the_new_one_count() -> None:
    both = shared(f"{OTHER_SECRET} {JWT_SECRET}")
    for secret in (OTHER_SECRET, JWT_SECRET):
        assert await both.read(new_token(secret, content()))
    assert await refused(shared(OTHER_SECRET), new_token(JWT_SECRET, content()))


class Issuer:
    """An issuer's key set over HTTP; `down` answers nothing of use."""

    def __init__(self) -> None:
        """Publish no key yet."""
        self.keys: dict[str, tuple[str, Any]] = {}
        self.asked = 0
        self.down = False
        self.address = ""

    def make(self, key_id: str, algorithm: str) -> None:
        """Make a key and publish it."""
        self.keys[key_id] = (algorithm, MAKERS[algorithm]())

    def sign(self, key_id: str, **changes: Any) -> str:
        """Sign a token with a key."""
        algorithm, key = self.keys[key_id]
        return jwt.encode(content(**changes), key, algorithm, headers={"kid": key_id})

    async def publish(self, request: Request) -> Response:
        """Answer with the public keys."""
        self.asked += 1
        if self.down:
            return Response("gone", 500)
        return JSONResponse({"keys": [self.public(key_id) for key_id in self.keys]})

    def public(self, key_id: str) -> dict[str, Any]:
        """The public half of a key."""
        algorithm, key = self.keys[key_id]
        told: dict[str, Any] = json.loads(
            get_default_algorithms()[algorithm].to_jwk(key.public_key())
        )
        return told | {"kid": key_id, "alg": algorithm, "use": "sig"}


@asynccontextmanager
async def publishing(fetched_again: float = 30) -> AsyncIterator[tuple[Issuer, BearerTokens]]:
    """An issuer whose keys stand at an address, and who reads them there."""
    issuer = Issuer()
    app: Any = Starlette(routes=[Route("/keys", issuer.publish)])
    with listening_socket() as listening:
        issuer.address = f"http://{HOST}:{listening.getsockname()[1]}/keys"
        async with serve_app(app, listening), open_door({}) as door:
            keys = IssuerKeys(issuer.address, door.fetch, fetched_again)
            yield issuer, BearerTokens(ISSUER, AUDIENCE, keys=keys)


@pytest.mark.parametrize("algorithm", MAKERS)
async def test_a_token_signed_with_a_published_key_is_read(algorithm: str) -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", algorithm)
        assert (await tokens.read(issuer.sign("one")))["sub"] == "platform"
        assert await refused(tokens, issuer.sign("one", aud="another-service"))
        assert await refused(tokens, new_token(JWT_SECRET, content()))


async def test_a_key_that_is_published_later_is_fetched_and_a_withdrawn_one_forgotten() -> None:
    async with publishing(0) as (issuer, tokens):
        issuer.make("old", "ES256")
        assert await tokens.read(issuer.sign("old"))
        issuer.make("new", "EdDSA")
        assert await tokens.read(issuer.sign("new"))
        assert await tokens.read(issuer.sign("old"))
        old = issuer.sign("old")
        del issuer.keys["old"]
        issuer.make("newest", "RS256")
        assert await tokens.read(issuer.sign("newest"))
        assert await refused(tokens, old)


async def test_a_public_key_is_no_shared_secret() -> None:
    """The old trick: an HMAC made with what everybody may read."""
    async with publishing() as (issuer, tokens):
        issuer.make("one", "RS256")
        public = json.dumps(issuer.public("one")).encode()
        signed = f"{_part({'kid': 'one', 'alg': 'HS256'})}.{_part(content())}"
        seal = hmac.digest(public, signed.encode(), "sha256")
        token = f"{signed}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"
        assert await refused(tokens, token)


async def test_a_token_that_names_a_key_of_another_kind_is_refused() -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", "ES256")
        issuer.make("two", "RS256")
        algorithm, key = issuer.keys["two"]
        forged = jwt.encode(content(), key, algorithm, headers={"kid": "one"})
        assert await refused(tokens, forged)


async def test_strangers_cannot_make_us_fetch_the_keys_again_and_again() -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", "ES256")
        assert await tokens.read(issuer.sign("one"))
        key = MAKERS["ES256"]()
        for n in range(20):
            forged = jwt.encode(content(), key, "ES256", headers={"kid": f"made-up-{n}"})
            assert await refused(tokens, forged)
        assert issuer.asked <= 3


async def test_keys_that_cannot_be_fetched_are_no_fault_of_the_caller() -> None:
    async with publishing(0) as (issuer, tokens):
        issuer.make("one", "ES256")
        issuer.down = True
        with pytest.raises(TransientError):
            await tokens.read(issuer.sign("one"))
        issuer.down = False
        assert await tokens.read(issuer.sign("one"))
