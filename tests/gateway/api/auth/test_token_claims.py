"""The claims of a token: issuer, audience, lifetime."""

import time
from datetime import timedelta
from typing import Any, Final

import pytest

from adapters.security.jwt import JwtVerifier, sign_jwt
from tests.gateway.api.auth.tokens import content, refused, shared
from tests.support.gateway.running_gateway import AUDIENCE, ISSUER, JWT_SECRET

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
    assert await refused(shared(), sign_jwt(JWT_SECRET, content(**UNSOUND[fault])))


async def test_a_token_may_be_for_others_too() -> None:
    claims = content(aud=["another-service", AUDIENCE])
    assert await shared().verify(sign_jwt(JWT_SECRET, claims))


async def test_how_long_a_token_may_live_can_be_set() -> None:
    short = JwtVerifier(ISSUER, AUDIENCE, secrets=JWT_SECRET, max_lifetime=timedelta(seconds=300))
    now = int(time.time())
    assert await short.verify(sign_jwt(JWT_SECRET, content(iat=now, exp=now + 300)))
    assert await refused(short, sign_jwt(JWT_SECRET, content(iat=now, exp=now + 301)))
