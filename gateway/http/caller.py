"""The authenticated caller of the API: its roles, and the accounts it may access.

A platform's token lists its accounts (`"accounts": ["acc-1"]`) or grants access to all
(`"accounts": "*"`). Agents have no accounts and see every ticket. The role `platform` files claims
and sends the feed; `filing` only files claims and asks for members, `feed` only sends the feed.
"""

from typing import Literal

from pydantic import ValidationError

from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.values.types import FrozenModel, Identifier
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.json_types import JsonMapping

Role = Literal["platform", "filing", "feed", "agent", "operator"]


class Caller(FrozenModel):
    """The content of a verified token; `accounts` is `None` for access to all accounts."""

    subject: Identifier
    roles: frozenset[str] = frozenset()
    accounts: frozenset[Identifier] | None = frozenset()

    @property
    def may_access_all_accounts(self) -> bool:
        """Say whether the caller may access every account."""
        return self.accounts is None

    def may_access_account(self, account_id: str) -> bool:
        """Say whether the caller may access this account."""
        return self.accounts is None or account_id in self.accounts

    def require_account(self, account_id: str) -> None:
        """Raise `forbidden` unless the caller may access this account.

        Called before any lookup, so that it reveals nothing about the account.
        """
        if not self.may_access_account(account_id):
            log_event(SecurityEvent.ACCOUNT_REFUSED, subject=self.subject)
            raise Problem(RefusalCode.FORBIDDEN)

    @property
    def key(self) -> str:
        """The namespace of the caller's request ids: `agent:anna`, `platform:shop-backend`."""
        return f"{'agent' if 'agent' in self.roles else 'platform'}:{self.subject}"

    @property
    def actor(self) -> str:
        """The actor in a ticket's history: `agent:anna`, or `platform`."""
        return f"agent:{self.subject}" if "agent" in self.roles else "platform"


def caller_from_claims(claims: JsonMapping) -> Caller:
    """Build the caller from the claims of a verified token; raises `unauthorised`."""
    accounts = claims.get("accounts", [])
    if accounts is None:  # `None` means all accounts here: only "*" may grant that
        raise RequestRejected(RefusalCode.UNAUTHORISED)
    fields = {
        "subject": claims.get("sub"),
        "roles": claims.get("roles", []),
        "accounts": None if accounts == "*" else accounts,
    }
    try:
        return Caller.model_validate(fields)
    except ValidationError:
        raise RequestRejected(RefusalCode.UNAUTHORISED) from None
