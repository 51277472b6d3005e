"""The local platform's tokens: for its own calls, and for people who sign in to the pages."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

from adapters.security.jwt import sign_jwt
from local.platform_simulator.accounts import AgentAccount, MemberAccount

LIFETIME_SECONDS: Final = 240  # seconds


class TokenIssuer:
    """Signs with the secret that the platform shares with the gateway."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Use the settings of a local stack's environment."""
        self._secret = environment["TICKETS_JWT_SECRET"]
        self._issuer = environment["TICKETS_JWT_ISSUER"]
        self._audience = environment["TICKETS_JWT_AUDIENCE"]

    def platform(self) -> str:
        """The platform itself, for all its accounts."""
        return self._signed(sub="local-platform", roles=["platform"], accounts="*")

    def agent(self, name: str) -> str:
        """An agent who calls the API."""
        return self._signed(sub=name, roles=["agent"])

    def operator(self) -> str:
        """Whoever reads the gateway's metrics."""
        return self._signed(sub="local-operator", roles=["operator"])

    def member_login_token(self, member: MemberAccount) -> str:
        """Make a login token for a member, to be used once."""
        return self._login_token(sub=member.account_id, roles=["member"], contact=member.contact)

    def agent_login_token(self, agent: AgentAccount) -> str:
        """Make a login token for an agent, to be used once."""
        return self._login_token(sub=agent.id, roles=["agent"])

    def _login_token(self, **content: Any) -> str:
        audience = f"{self._audience}/pages"
        return self._signed(aud=audience, jti=secrets.token_urlsafe(16), **content)

    def _signed(self, **content: Any) -> str:
        now = int(time.time())
        known = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        return sign_jwt(self._secret, known | content)
