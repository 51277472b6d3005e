"""Signatures of bearer tokens: valid, invalid, and with rotating secrets."""

import base64
from typing import Final

import jwt
import pytest

from adapters.security.jwt import sign_jwt
from tests.gateway.api.auth.tokens import (
    OTHER_SECRET,
    content,
    encoded_part,
    publishing,
    refused,
    shared,
)
from tests.support.gateway.running_gateway import JWT_SECRET

DEEP: Final = base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30."


async def test_a_sound_token_is_read() -> None:
    claims = content(roles=["platform"], accounts=["acc-1"])
    assert await shared().verify(sign_jwt(JWT_SECRET, claims)) == claims


async def test_a_token_signed_with_another_secret_is_refused() -> None:
    assert await refused(shared(), sign_jwt(OTHER_SECRET, content()))


@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS512", "RS256", "HS256 ", "", None])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_a_token_that_chooses_its_own_algorithm_is_refused(
    algorithm: str | None, signature: str
) -> None:
    head = encoded_part({"typ": "JWT", "alg": algorithm})
    assert await refused(shared(), f"{head}.{encoded_part(content())}.{signature}")
    whole = jwt.encode(content(), "", algorithm="none") + signature
    assert await refused(shared(), whole)


async def test_a_token_that_was_altered_by_any_one_bit_is_refused() -> None:
    """The last character of each part has unused bits, which are not altered."""
    token, tokens = sign_jwt(JWT_SECRET, content()), shared()
    ends = {place - 1 for place, letter in enumerate(f"{token}.") if letter == "."}
    for place in set(range(len(token))) - ends:
        for bit in (1, 2, 4, 8, 16, 32):
            letter = chr(ord(token[place]) ^ bit)
            altered = token[:place] + letter + token[place + 1 :]
            assert await refused(tokens, altered), (place, bit)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "x" * 9000, "ä.ö.ü", "a b", "\x00", DEEP]
)
async def test_a_malformed_token_is_refused(token: str) -> None:
    assert await refused(shared(), token)
    async with publishing() as (issuer, tokens):
        issuer.make("one", "EdDSA")
        assert await refused(tokens, token)


async def test_during_a_rotation_the_old_and_the_new_secret_are_accepted() -> None:
    both = shared(f"{OTHER_SECRET} {JWT_SECRET}")
    for secret in (OTHER_SECRET, JWT_SECRET):
        assert await both.verify(sign_jwt(secret, content()))
    assert await refused(shared(OTHER_SECRET), sign_jwt(JWT_SECRET, content()))
