"""The claims of a token: issuer, audience, lifetime."""

import time
from datetime import timedelta
from typing import Any, Final

import pytest

from adapters.security.jwt import JwtVerifier, sign_jwt
from tests.gateway.api.auth.tokens import is_refused, shared_secret_verifier, token_claims
from tests.support.gateway.running_gateway import AUDIENCE, ISSUER, JWT_SECRET

INVALID_CLAIMS: Final[dict[str, dict[str, Any]]] = {
    "wrong issuer": {"iss": "https://somebody.else.example"},
    "no issuer": {"iss": None},
    "wrong audience": {"aud": "another-service"},
    "no audience": {"aud": None},
    "several other audiences": {"aud": ["another-service", f"{AUDIENCE}/pages"]},
    "malformed audiences": {"aud": [7, None]},
    "audience of the pages": {"aud": f"{AUDIENCE}/pages"},
    "expired": {"exp": int(time.time()) - 60},
    "no expiry": {"exp": None},
    "malformed expiry": {"exp": "tomorrow"},
    "no subject": {"sub": None},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "issued in the future": {"iat": int(time.time()) + 3600},
    "no time of issue": {"iat": None},
    "lifetime of years": {"exp": int(time.time()) + 10 * 365 * 86400},
    "lifetime of more than a day": {"exp": int(time.time()) + 86400 + 3600},
    "lifetime of years, issued long ago": {"iat": 1, "exp": int(time.time()) + 300},
    "expires before its time of issue": {"iat": int(time.time()) + 8, "exp": int(time.time()) + 1},
}


@pytest.mark.parametrize("fault", INVALID_CLAIMS)
async def test_a_token_for_another_service_or_another_time_is_refused(fault: str) -> None:
    assert await is_refused(
        shared_secret_verifier(), sign_jwt(JWT_SECRET, token_claims(**INVALID_CLAIMS[fault]))
    )


async def test_a_token_may_name_other_audiences_too() -> None:
    claims = token_claims(aud=["another-service", AUDIENCE])
    assert await shared_secret_verifier().verify(sign_jwt(JWT_SECRET, claims))


async def test_the_maximum_lifetime_of_a_token_can_be_set() -> None:
    short = JwtVerifier(ISSUER, AUDIENCE, secrets=JWT_SECRET, max_lifetime=timedelta(seconds=300))
    now = int(time.time())
    assert await short.verify(sign_jwt(JWT_SECRET, token_claims(iat=now, exp=now + 300)))
    assert await is_refused(short, sign_jwt(JWT_SECRET, token_claims(iat=now, exp=now + 301)))
