"""Why a ticket needs a person, and when a reason no longer holds."""

from enum import StrEnum
from typing import Final

from domain.tickets.states import State


class Attention(StrEnum):
    """Why a ticket needs a person."""

    PARTNER_SILENT = "partner_silent"
    PARTNER_CONTRACT_FAULT = "partner_contract_fault"
    PARTNER_UNAUTHORISED = "partner_unauthorised"
    DELIVERY_RETRYING = "delivery_retrying"
    MAIL_UNDELIVERABLE = "mail_undeliverable"
    MAIL_RETRYING = "mail_retrying"
    AMOUNT_UNDECIDED = "amount_undecided"
    CANCELLATION_END_UNKNOWN = "cancellation_end_unknown"
    WORKFLOW_LOST = "workflow_lost"
    APPROVAL_NEEDED = "approval_needed"
    OUTCOME_CONTRADICTED = "outcome_contradicted"


PERMANENT_DELIVERY_FAILURES: Final = frozenset(
    {Attention.PARTNER_CONTRACT_FAULT, Attention.PARTNER_UNAUTHORISED}
)
"""A delivery that failed so is not retried automatically."""
DELIVERY_ATTENTION: Final = frozenset(
    {
        Attention.DELIVERY_RETRYING,
        Attention.PARTNER_CONTRACT_FAULT,
        Attention.PARTNER_UNAUTHORISED,
    }
)
EMAIL_ATTENTION: Final = frozenset({Attention.MAIL_UNDELIVERABLE, Attention.MAIL_RETRYING})
RETRY_ATTENTION: Final = frozenset({Attention.MAIL_RETRYING, Attention.DELIVERY_RETRYING})
PARTNER_ATTENTION: Final = DELIVERY_ATTENTION | {Attention.PARTNER_SILENT}
_APPROVAL_ATTENTION: Final = frozenset({Attention.APPROVAL_NEEDED})


def attention_cleared_in(state: State) -> frozenset[Attention]:
    """Return the reasons that no longer hold once a ticket is in `state`."""
    if state.is_final:
        # A member who got no e-mail still has to be notified by a person.
        return frozenset(Attention) - EMAIL_ATTENTION
    if state is State.SENT_TO_PARTNER:
        return DELIVERY_ATTENTION | _APPROVAL_ATTENTION
    if state is State.VALIDATED:
        return _APPROVAL_ATTENTION
    return PARTNER_ATTENTION | _APPROVAL_ATTENTION
