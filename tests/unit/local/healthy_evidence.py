"""What the witnesses of the fault suite say about one ticket of a healthy run."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.admission.admission import AdmissionResult
from domain.tickets.changes.transition import Transition
from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from domain.tickets.states import Event, State
from domain.values.money import Money
from local.faults.planned_claims import plan_claims
from local.faults.ticket_kinds import KINDS
from local.faults.witnesses import Evidence, WorkflowView

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
(PLAN,) = plan_claims(
    1, 1, 1.0, NOW, kinds=[kind for kind in KINDS if kind.name == "asked and answered"]
)
NUMBER = PLAN.number
STEPS = (
    (Event.CLAIM_ACCEPTED, State.VALIDATED),
    (Event.CLAIM_SENT, State.SENT_TO_PARTNER),
    (Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED),
    (Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER),
    (Event.PARTNER_CONFIRMED, State.AWAITING_CANCELLATION_PERIOD),
    (Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED),
)
EMAILS = (
    "1-confirmation",
    "3-information_needed",
    "3-information_needed-1",  # a reminder
    "5-partner_confirmed",
    "6-resolved",
)
GRANTED = Money(amount=Decimal("40.00"), currency="PLN")


def healthy_evidence() -> Evidence:
    """What the witnesses say about one ticket that was asked, answered and granted."""
    sources = [State.CREATED, *(state for _, state in STEPS)]
    transitions = [
        {
            "number": NUMBER,
            "seq": seq,
            "event": event.value,
            "from_state": source.value,
            "to_state": target.value,
            "reason_code": None,
            "actor": "system",
            "at": NOW + timedelta(seconds=seq),
        }
        for seq, ((event, target), source) in enumerate(zip(STEPS, sources, strict=False), start=1)
    ]
    events = [
        {key: value for key, value in row.items() if key not in ("from_state", "to_state")}
        | {"event_id": str(row["seq"]), "from": row["from_state"], "to": row["to_state"]}
        for row in transitions
    ]
    grant = {"number": NUMBER, "amount": GRANTED.amount, "currency": GRANTED.currency}
    ticket: dict[str, Any] = {
        "number": NUMBER,
        "state": "resolved",
        "reason_code": None,
        "due_at": None,
        "attention": [],
        "partner_id": "velotel",
        "granted_amount": GRANTED.amount,
        "granted_currency": GRANTED.currency,
    }
    outcome = {"number": NUMBER, "outcome_id": "o-1", "code": "dispatched", "acknowledged_at": NOW}
    claim = {
        "number": NUMBER,
        "partner_id": "velotel",
        "accepted_at": NOW.isoformat(),
        "keys": [f"{NUMBER}-claim", f"{NUMBER}-information-1"],
        "answers": [{"outcome_id": "o-1", "result": "sent"}],
    }
    snapshot = TicketSnapshot(
        number=NUMBER,
        state=State.RESOLVED,
        started_at=NOW,
        transitions=tuple(
            Transition.model_validate(row | {"from": row["from_state"], "to": row["to_state"]})
            for row in transitions
        ),
    )
    result = TicketOutcome(number=NUMBER, state=State.RESOLVED, granted_amount=GRANTED)
    return Evidence(
        plans={NUMBER: PLAN},
        answers={NUMBER: [an_answer()]},
        refusals=[f"{NUMBER}: POST /v1/tickets/{NUMBER}/withdrawal: 409 action_not_allowed"],
        tables={
            "tickets": [ticket],
            "ticket_transitions": transitions,
            "grants": [grant],
            "emails": [{"number": NUMBER, "key": key, "sent_at": NOW} for key in EMAILS],
            "partner_outcomes": [outcome],
            "outcome_outbox": [],
        },
        workflows={NUMBER: WorkflowView("COMPLETED", False, result, snapshot)},
        partner_claims=[claim],
        mailbox=[{"message_id": f"<{NUMBER}-{key}@rewards.example>"} for key in EMAILS],
        feed=events,
        webhooks=[{"webhook_id": event["event_id"], "event": event} for event in events],
    )


def an_answer(status: Any = "accepted") -> AdmissionResult:
    """The answer to the filing."""
    return AdmissionResult(status=status, number=NUMBER, state=State.VALIDATED)
