"""Signatures of bearer tokens: valid, invalid, and with rotating secrets."""

import base64
from typing import Final

import jwt
import pytest

from adapters.security.jwt import sign_jwt
from tests.gateway.api.auth.tokens import (
    OTHER_SECRET,
    encoded_part,
    is_refused,
    run_issuer,
    shared_secret_verifier,
    token_claims,
)
from tests.support.gateway.running_gateway import JWT_SECRET

DEEP: Final = base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30."


async def test_a_valid_token_is_accepted() -> None:
    claims = token_claims(roles=["platform"], accounts=["acc-1"])
    assert await shared_secret_verifier().verify(sign_jwt(JWT_SECRET, claims)) == claims


async def test_a_token_signed_with_another_secret_is_refused() -> None:
    assert await is_refused(shared_secret_verifier(), sign_jwt(OTHER_SECRET, token_claims()))


@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS512", "RS256", "HS256 ", "", None])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_a_token_that_chooses_its_own_algorithm_is_refused(
    algorithm: str | None, signature: str
) -> None:
    head = encoded_part({"typ": "JWT", "alg": algorithm})
    assert await is_refused(
        shared_secret_verifier(), f"{head}.{encoded_part(token_claims())}.{signature}"
    )
    whole = jwt.encode(token_claims(), "", algorithm="none") + signature
    assert await is_refused(shared_secret_verifier(), whole)


async def test_a_token_with_one_altered_bit_is_refused() -> None:
    """The last character of each part has unused bits, which are not altered."""
    token, tokens = sign_jwt(JWT_SECRET, token_claims()), shared_secret_verifier()
    ends = {index - 1 for index, character in enumerate(f"{token}.") if character == "."}
    for index in set(range(len(token))) - ends:
        for bit in (1, 2, 4, 8, 16, 32):
            character = chr(ord(token[index]) ^ bit)
            altered = token[:index] + character + token[index + 1 :]
            assert await is_refused(tokens, altered), (index, bit)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "x" * 9000, "ä.ö.ü", "a b", "\x00", DEEP]
)
async def test_a_malformed_token_is_refused(token: str) -> None:
    assert await is_refused(shared_secret_verifier(), token)
    async with run_issuer() as (issuer, tokens):
        issuer.add_key("one", "EdDSA")
        assert await is_refused(tokens, token)


async def test_during_a_rotation_the_old_and_the_new_secret_are_accepted() -> None:
    both = shared_secret_verifier(f"{OTHER_SECRET} {JWT_SECRET}")
    for secret in (OTHER_SECRET, JWT_SECRET):
        assert await both.verify(sign_jwt(secret, token_claims()))
    assert await is_refused(
        shared_secret_verifier(OTHER_SECRET), sign_jwt(JWT_SECRET, token_claims())
    )
