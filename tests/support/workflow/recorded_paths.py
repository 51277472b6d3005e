"""The paths whose histories are recorded and replayed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.outage_steps import (
    be_answered_before_acknowledged,
    be_delivered_late,
    be_refused_and_resent,
    find_the_partner_down,
    lose_the_database,
    receive_stray_messages,
    start_malformed,
)
from tests.support.workflow.usual_steps import (
    answer_a_question,
    be_already_rewarded,
    be_cancelled,
    be_decided,
    be_discarded,
    be_held,
    be_rejected,
    be_resolved,
    be_tracked_late,
    be_withdrawn,
    get_no_response,
    get_no_response_and_be_decided,
    not_answer_a_question,
)

Steps = Callable[[TicketEnvironment], Awaitable[Any]]


@dataclass(frozen=True)
class RecordedPath:
    """The steps of a path, and the changes to Velotel's file that it needs."""

    run: Steps
    velotel: dict[str, Any] = field(default_factory=dict)


_UP_TO: Final = {"amount": "100.00", "currency": "PLN"}
_CONFIRMS: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": _UP_TO,
    "auto_confirm_monthly_cap": _UP_TO,
}
_REMINDS: Final = {"deadline": "PT12H", "reminders": ["PT30M", "PT6H"]}
PATHS: Final[dict[str, RecordedPath]] = {
    "resolved": RecordedPath(be_resolved),
    "rejected": RecordedPath(be_rejected),
    "order-cancelled": RecordedPath(be_cancelled),
    "withdrawn": RecordedPath(be_withdrawn),
    "discarded": RecordedPath(be_discarded),
    "malformed-input": RecordedPath(start_malformed),
    "held-and-released": RecordedPath(be_held, {"early_claims": "hold"}),
    "decided": RecordedPath(be_decided),
    "refused-and-resent": RecordedPath(be_refused_and_resent),
    "answered-before-acknowledged": RecordedPath(be_answered_before_acknowledged),
    "stray-messages": RecordedPath(receive_stray_messages),
    "silent-and-decided": RecordedPath(get_no_response_and_be_decided),
    "silence-rejects": RecordedPath(get_no_response, {"response": {"on_timeout": "reject"}}),
    "silence-confirms": RecordedPath(get_no_response, {"response": _CONFIRMS}),
    "already-rewarded": RecordedPath(be_already_rewarded),
    "reward-registered": RecordedPath(be_tracked_late),
    "question-answered": RecordedPath(answer_a_question),
    "question-not-answered": RecordedPath(
        not_answer_a_question, {"information": {"on_timeout": "reject"}}
    ),
    "delivered-late": RecordedPath(be_delivered_late, {"response": _REMINDS}),
    "database-gone": RecordedPath(lose_the_database),
    "partner-down": RecordedPath(find_the_partner_down),
}
