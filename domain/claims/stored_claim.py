"""A claim as its ticket keeps it, to be judged again by the facts of another moment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.claims.claim import AccountFacts, TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.forms import validate_form
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.types import FrozenModel

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a claim that was filed is judged again does not matter: its window was judged then."""


class StoredClaim(FrozenModel):
    """An accepted claim, the ticket that it opened, and the rules that it was admitted under."""

    number: str
    kind: ClaimKind
    claim: TicketClaim
    rules: PartnerRules

    def case(self, facts: AccountFacts, answers: Mapping[str, Any] | None = None) -> ClaimContext:
        """Return its case by `facts`, with other `answers` than it has, where they are given."""
        form = self.rules.form(self.kind)
        told = self.claim.answers if answers is None else answers
        filled = validate_form(form, told, self.rules.market)
        return ClaimContext(
            self.claim, self.kind, self.rules, facts, _ANY_TIME, {}, filled, self.number
        )
