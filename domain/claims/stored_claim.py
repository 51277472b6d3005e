"""A claim as its ticket keeps it, to be judged again by the facts of another moment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.claims.claim import Facts, TicketClaim
from domain.claims.claim_context import Case
from domain.claims.forms import fill
from domain.partners.profile import ClaimKind, PartnerRules
from domain.values.types import Frozen

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a claim that was filed is judged again does not matter: its window was judged then."""


class FiledClaim(Frozen):
    """An accepted claim, the ticket that it opened, and the rules that it was admitted under."""

    number: str
    kind: ClaimKind
    claim: TicketClaim
    rules: PartnerRules

    def case(self, facts: Facts, answers: Mapping[str, Any] | None = None) -> Case:
        """Return its case by `facts`, with other `answers` than it has, where they are given."""
        form = self.rules.form(self.kind)
        told = self.claim.answers if answers is None else answers
        filled = fill(form, told, self.rules.market)
        return Case(self.claim, self.kind, self.rules, facts, _ANY_TIME, {}, filled, self.number)
