"""Results of partner outcomes, item by item."""

from typing import Final, Literal

from pydantic import BaseModel, Field

from gateway.http.problems import FieldError


class OutcomeResult(BaseModel):
    """What became of one outcome.

    `accepted`: the outcome is stored, and its ticket is signalled. `duplicate`: an outcome with
    this `outcome_id` was accepted for this ticket before; with the code `unchanged`, the ticket was
    confirmed with the same content before. `refused`: see `code`: `unknown_number` (no claim that
    was sent to this partner has the number), `ticket_closed` (the ticket has ended; a contradiction
    is shown to customer service), `action_not_allowed` (the ticket's state does not allow it),
    `too_many_outcomes` (the ticket takes no more outcomes today), `outcome_id_reused` (the
    `outcome_id` was used with another content: send it under a new one), or `malformed` with the
    fields in `errors`. `unknown_fields` names the item's fields that are ignored.
    """

    outcome_id: str | None = None
    number: str | None = None
    status: Literal["accepted", "duplicate", "refused"]
    code: (
        Literal[
            "unknown_number",
            "malformed",
            "ticket_closed",
            "too_many_outcomes",
            "action_not_allowed",
            "outcome_id_reused",
            "unchanged",
        ]
        | None
    ) = None
    errors: list[FieldError] = []
    unknown_fields: list[str] = []


_ACCEPTED: Final = OutcomeResult(
    outcome_id="evt-1", number="ZW-4KQ7-P9XT-M2AB-C", status="accepted"
)


_REFUSED: Final = OutcomeResult(
    outcome_id="evt-2",
    number="ZW-4KQ7-P9XT-M2AB-C",
    status="refused",
    code="malformed",
    errors=[FieldError(field="reward.currency", expected="expected a value, there is none")],
)


class OutcomeResults(BaseModel):
    """A result for each outcome of the message, in their order."""

    results: list[OutcomeResult] = Field(
        examples=[[_ACCEPTED.model_dump(mode="json"), _REFUSED.model_dump(mode="json")]]
    )


CONFIRMED_OUTCOME: Final = {
    "outcome_id": "evt-1",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "outcome": "confirmed",
    "reward": {"amount": "40.00", "currency": "PLN"},
    "occurred_at": "2026-10-09T10:00:00+02:00",
}


REJECTED_OUTCOME: Final = {
    "outcome_id": "evt-2",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "outcome": "rejected",
    "reason_code": "order_not_found",
}
