"""The idempotency key of a member's form: sent twice, a form is one ticket (R25)."""

from collections.abc import Mapping
from typing import Any, Final, Self

from domain.claims.claim_digest import claim_digest
from domain.values.ticket_number import derive_number
from domain.values.types import FrozenModel

_MAX_STEM_LENGTH: Final = 60
_DIGEST_LENGTH: Final = 20


class FormKey(FrozenModel):
    """The idempotency key in a form's URL, for one account.

    The ticket's number is derived from both, so it is always one of the reader's own account.
    """

    account_id: str
    value: str

    @property
    def request_key(self) -> str:
        """The key under which the claim is filed."""
        return f"page-{self.value}"

    @property
    def ticket_number(self) -> str:
        """The number of the ticket that this key leads to."""
        return derive_number(self.account_id, self.request_key)

    def for_correction(self, claim: Mapping[str, Any]) -> Self:
        """Return the key of a corrected form, whose first key a refusal used up.

        It is derived from the corrected claim, so that the correction can be sent twice, too.
        """
        digest = claim_digest(claim)[:_DIGEST_LENGTH]
        value = f"{self.value[:_MAX_STEM_LENGTH]}.{digest}"
        return self.model_copy(update={"value": value})
