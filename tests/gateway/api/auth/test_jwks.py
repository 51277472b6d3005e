"""Tokens that are signed with a key of the issuer's published set."""

import base64
import hmac
import json

import jwt
import pytest

from adapters.security.jwt import sign_jwt
from domain.errors import TransientError
from tests.gateway.api.auth.tokens import (
    KEY_GENERATORS,
    encoded_part,
    is_refused,
    run_issuer,
    token_claims,
)
from tests.support.gateway.running_gateway import JWT_SECRET


@pytest.mark.parametrize("algorithm", KEY_GENERATORS)
async def test_a_token_signed_with_a_published_key_is_accepted(algorithm: str) -> None:
    async with run_issuer() as (issuer, tokens):
        issuer.add_key("one", algorithm)
        assert (await tokens.verify(issuer.sign("one")))["sub"] == "platform"
        assert await is_refused(tokens, issuer.sign("one", aud="another-service"))
        assert await is_refused(tokens, sign_jwt(JWT_SECRET, token_claims()))


async def test_a_key_that_is_published_later_is_fetched_and_a_withdrawn_one_forgotten() -> None:
    async with run_issuer(0) as (issuer, tokens):
        issuer.add_key("old", "ES256")
        assert await tokens.verify(issuer.sign("old"))
        issuer.add_key("new", "EdDSA")
        assert await tokens.verify(issuer.sign("new"))
        assert await tokens.verify(issuer.sign("old"))
        old = issuer.sign("old")
        del issuer.keys["old"]
        issuer.add_key("newest", "RS256")
        assert await tokens.verify(issuer.sign("newest"))
        assert await is_refused(tokens, old)


async def test_a_public_key_is_no_shared_secret() -> None:
    """The known attack: an HMAC with a public key as its secret."""
    async with run_issuer() as (issuer, tokens):
        issuer.add_key("one", "RS256")
        public = json.dumps(issuer.public("one")).encode()
        signed = f"{encoded_part({'kid': 'one', 'alg': 'HS256'})}.{encoded_part(token_claims())}"
        mac = hmac.digest(public, signed.encode(), "sha256")
        token = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        assert await is_refused(tokens, token)


async def test_a_token_that_names_a_key_of_another_kind_is_refused() -> None:
    async with run_issuer() as (issuer, tokens):
        issuer.add_key("one", "ES256")
        issuer.add_key("two", "RS256")
        algorithm, key = issuer.keys["two"]
        forged = jwt.encode(token_claims(), key, algorithm, headers={"kid": "one"})
        assert await is_refused(tokens, forged)


async def test_invented_keys_do_not_cause_repeated_fetches() -> None:
    async with run_issuer() as (issuer, tokens):
        issuer.add_key("one", "ES256")
        assert await tokens.verify(issuer.sign("one"))
        key = KEY_GENERATORS["ES256"]()
        for n in range(20):
            forged = jwt.encode(token_claims(), key, "ES256", headers={"kid": f"made-up-{n}"})
            assert await is_refused(tokens, forged)
        assert issuer.request_count <= 3


async def test_keys_that_cannot_be_fetched_are_not_the_callers_fault() -> None:
    async with run_issuer(0) as (issuer, tokens):
        issuer.add_key("one", "ES256")
        issuer.down = True
        with pytest.raises(TransientError):
            await tokens.verify(issuer.sign("one"))
        issuer.down = False
        assert await tokens.verify(issuer.sign("one"))
