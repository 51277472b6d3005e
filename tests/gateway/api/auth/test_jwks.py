"""Tokens that are signed with a key of the issuer's published set."""

import base64
import hmac
import json

import jwt
import pytest

from adapters.security.jwt import sign_jwt
from domain.errors import TransientError
from tests.gateway.api.auth.tokens import MAKERS, content, encoded_part, publishing, refused
from tests.support.gateway.running_gateway import JWT_SECRET


@pytest.mark.parametrize("algorithm", MAKERS)
async def test_a_token_signed_with_a_published_key_is_read(algorithm: str) -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", algorithm)
        assert (await tokens.verify(issuer.sign("one")))["sub"] == "platform"
        assert await refused(tokens, issuer.sign("one", aud="another-service"))
        assert await refused(tokens, sign_jwt(JWT_SECRET, content()))


async def test_a_key_that_is_published_later_is_fetched_and_a_withdrawn_one_forgotten() -> None:
    async with publishing(0) as (issuer, tokens):
        issuer.make("old", "ES256")
        assert await tokens.verify(issuer.sign("old"))
        issuer.make("new", "EdDSA")
        assert await tokens.verify(issuer.sign("new"))
        assert await tokens.verify(issuer.sign("old"))
        old = issuer.sign("old")
        del issuer.keys["old"]
        issuer.make("newest", "RS256")
        assert await tokens.verify(issuer.sign("newest"))
        assert await refused(tokens, old)


async def test_a_public_key_is_no_shared_secret() -> None:
    """The known attack: an HMAC with a public key as its secret."""
    async with publishing() as (issuer, tokens):
        issuer.make("one", "RS256")
        public = json.dumps(issuer.public("one")).encode()
        signed = f"{encoded_part({'kid': 'one', 'alg': 'HS256'})}.{encoded_part(content())}"
        sign_payload = hmac.digest(public, signed.encode(), "sha256")
        token = f"{signed}.{base64.urlsafe_b64encode(sign_payload).rstrip(b'=').decode()}"
        assert await refused(tokens, token)


async def test_a_token_that_names_a_key_of_another_kind_is_refused() -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", "ES256")
        issuer.make("two", "RS256")
        algorithm, key = issuer.keys["two"]
        forged = jwt.encode(content(), key, algorithm, headers={"kid": "one"})
        assert await refused(tokens, forged)


async def test_invented_keys_do_not_cause_repeated_fetches() -> None:
    async with publishing() as (issuer, tokens):
        issuer.make("one", "ES256")
        assert await tokens.verify(issuer.sign("one"))
        key = MAKERS["ES256"]()
        for n in range(20):
            forged = jwt.encode(content(), key, "ES256", headers={"kid": f"made-up-{n}"})
            assert await refused(tokens, forged)
        assert issuer.request_count <= 3


async def test_keys_that_cannot_be_fetched_are_no_fault_of_the_caller() -> None:
    async with publishing(0) as (issuer, tokens):
        issuer.make("one", "ES256")
        issuer.down = True
        with pytest.raises(TransientError):
            await tokens.verify(issuer.sign("one"))
        issuer.down = False
        assert await tokens.verify(issuer.sign("one"))
