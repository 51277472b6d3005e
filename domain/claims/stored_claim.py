"""An accepted claim as its ticket stores it, to be assessed again by later facts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.forms import validate_form
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.types import FrozenModel

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The window was checked at filing, so the time of a later assessment does not matter."""


class StoredClaim(FrozenModel):
    """An accepted claim, its ticket, and the rules of its admission."""

    number: str
    kind: ClaimKind
    claim: TicketClaim
    rules: PartnerRules

    def in_context(
        self, facts: AccountFacts, answers: Mapping[str, object] | None = None
    ) -> ClaimContext:
        """Return the claim's context by `facts`; `answers` replace its own if they are given.

        Its own answers were checked at filing.
        """
        return ClaimContext(
            claim=self.claim,
            kind=self.kind,
            partner=self.rules,
            facts=facts,
            now=_ANY_TIME,
            problems={},
            form=validate_form(
                self.rules.form(self.kind),
                self.claim.answers if answers is None else answers,
                self.rules.market,
                self.claim.answers,
            ),
            number=self.number,
        )
