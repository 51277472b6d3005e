"""A running gateway for tests: its address, and tokens for its callers."""

import base64
import itertools
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from fastapi import FastAPI

from adapters.security.jwt import sign_jwt
from domain.partners.profile import PartnerProfile
from tests.support.workflow.environment import TicketEnvironment

ISSUER: Final = "https://platform.rewards.example"
AUDIENCE: Final = "support-tickets"
JWT_SECRET: Final = "made-up-for-the-tests-only-shared-with-nobody"
SIGNING_SECRET: Final = "made-up-for-the-tests-only-signs-pages-alone"
WEBHOOK_SECRET: Final = "whsec_" + base64.b64encode(b"made up for the platform's webhooks").decode()
_ids: Final = itertools.count(1)


@dataclass
class RunningGateway:
    """A gateway that serves HTTP, with a complete ticket environment behind it."""

    address: str
    http: httpx.AsyncClient
    env: TicketEnvironment
    app: FastAPI
    profiles: Mapping[str, PartnerProfile]

    def new_id(self, prefix: str) -> str:
        """Return an id that is unique in this test run."""
        return f"{prefix}-{next(_ids)}-{os.getpid()}"

    def as_platform(self, *accounts: str, **changes: Any) -> dict[str, str]:
        """Return headers of a platform that may access these accounts, or all."""
        allowed = list(accounts) or "*"
        return self.bearer_headers({"roles": ["platform"], "accounts": allowed} | changes)

    def as_agent(self, name: str = "dorota", **changes: Any) -> dict[str, str]:
        """Return headers of an agent."""
        return self.bearer_headers({"sub": name, "roles": ["agent"]} | changes)

    def as_operator(self) -> dict[str, str]:
        """Return headers of an operator."""
        return self.bearer_headers({"roles": ["operator"]})

    def bearer_headers(self, content: dict[str, Any], secret: str = JWT_SECRET) -> dict[str, str]:
        """Return headers with a token that has these claims beside the default ones."""
        return {"authorization": f"Bearer {self.token(content, secret)}"}

    def token(self, content: dict[str, Any], secret: str = JWT_SECRET) -> str:
        """Return a token that has these claims beside the default ones."""
        now = int(time.time())
        defaults = {"iss": ISSUER, "aud": AUDIENCE, "sub": "platform", "iat": now, "exp": now + 300}
        return sign_jwt(secret, defaults | content)

    def login_token(self, **content: Any) -> str:
        """Return a login token for the pages: a member's by default."""
        defaults = {
            "aud": f"{AUDIENCE}/pages",
            "sub": "acc-1001",
            "roles": ["member"],
            "jti": self.new_id("login-token"),
            "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
        }
        return self.token(defaults | content)
