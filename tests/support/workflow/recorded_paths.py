"""The paths whose histories are recorded and replayed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.outage_steps import (
    admit_after_outage,
    confirm_before_acknowledgement,
    deliver_late,
    resend_refused_claim,
    retry_failing_partner,
    send_stray_messages,
    start_malformed,
)
from tests.support.workflow.usual_steps import (
    cancel_order,
    confirm_order_twice,
    decide_after_timeout,
    decide_amount,
    discard_claim,
    pass_information_deadline,
    pass_response_deadline,
    provide_information,
    register_reward,
    reject_claim,
    release_hold,
    resolve_ticket,
    withdraw_claim,
)

PathSteps = Callable[[TicketEnvironment], Awaitable[Any]]


@dataclass(frozen=True)
class RecordedPath:
    """The steps of a path, and its changes to Velotel's file."""

    run: PathSteps
    velotel: dict[str, Any] = field(default_factory=dict)


_CAP: Final = {"amount": "100.00", "currency": "PLN"}
_CONFIRM_UNDER_CAP: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": _CAP,
    "auto_confirm_monthly_cap": _CAP,
}
_WITH_REMINDERS: Final = {"deadline": "PT12H", "reminders": ["PT30M", "PT6H"]}
PATHS: Final[dict[str, RecordedPath]] = {
    "resolved": RecordedPath(resolve_ticket),
    "rejected": RecordedPath(reject_claim),
    "order-cancelled": RecordedPath(cancel_order),
    "withdrawn": RecordedPath(withdraw_claim),
    "discarded": RecordedPath(discard_claim),
    "malformed-input": RecordedPath(start_malformed),
    "held-and-released": RecordedPath(release_hold, {"early_claims": "hold"}),
    "decided": RecordedPath(decide_amount),
    "refused-and-resent": RecordedPath(resend_refused_claim),
    "answered-before-acknowledged": RecordedPath(confirm_before_acknowledgement),
    "stray-messages": RecordedPath(send_stray_messages),
    "timed-out-and-decided": RecordedPath(decide_after_timeout),
    "timeout-rejects": RecordedPath(pass_response_deadline, {"response": {"on_timeout": "reject"}}),
    "timeout-confirms": RecordedPath(pass_response_deadline, {"response": _CONFIRM_UNDER_CAP}),
    "already-rewarded": RecordedPath(confirm_order_twice),
    "reward-registered": RecordedPath(register_reward),
    "question-answered": RecordedPath(provide_information),
    "question-not-answered": RecordedPath(
        pass_information_deadline, {"information": {"on_timeout": "reject"}}
    ),
    "delivered-late": RecordedPath(deliver_late, {"response": _WITH_REMINDERS}),
    "database-gone": RecordedPath(admit_after_outage),
    "partner-down": RecordedPath(retry_failing_partner),
}
