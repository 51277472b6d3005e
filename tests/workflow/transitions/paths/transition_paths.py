"""How a real ticket makes each transition, for `test_every_transition.py`."""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.tickets.states import Event, State
from tests.workflow.transitions.paths.transition_actions import (
    ASK_QUESTION,
    CANCEL_ORDER,
    CONFIRM,
    PASS_DEADLINE,
    REJECT,
    answer_question,
    decide_confirmed,
    decide_rejected,
    fail_delivery_after_hold,
    register_reward,
    resend_claim,
    skip_time,
    withdraw_claim,
)
from tests.workflow.transitions.paths.transition_starts import (
    HOLD,
    Action,
    do_nothing,
    file_confirmed,
    file_confirmed_above_limit,
    file_confirmed_after_another,
    file_early,
    file_early_with_reward,
    file_early_without_email,
    file_incomplete,
    file_sent,
    file_throttled,
    file_undelivered,
    file_with_question,
    file_with_refused_delivery,
)

TransitionKey = tuple[Event, State, State]
PARTNER_SILENT: Final = "partner_silent"
HALF_DAY_DEADLINE: Final = {"deadline": "PT12H", "reminders": []}
CAP: Final = {"amount": "100.00", "currency": "PLN"}
CONFIRM_UNDER_CAP: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": CAP,
    "auto_confirm_monthly_cap": CAP,
}


@dataclass(frozen=True)
class TransitionPath:
    """How a transition is made: the steps before it, the action that causes it, and changes to
    Velotel's file. `attention` holds the ticket's flags afterwards; the first `lost_emails` of its
    e-mails never arrive.
    """

    start: Action
    action: Action
    velotel: dict[str, Any] = field(default_factory=dict)
    attention: tuple[str, ...] = ()
    lost_emails: int = 0


E, S, AWAITING = Event, State, State.AWAITING_CANCELLATION_PERIOD
ON_HOLD, SENT, REQUESTED = State.ON_HOLD, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED
ESCALATE: Final = {"response": HALF_DAY_DEADLINE}
AUTO_CONFIRM: Final = {"response": HALF_DAY_DEADLINE | CONFIRM_UNDER_CAP}
AUTO_REJECT: Final = {"response": HALF_DAY_DEADLINE | {"on_timeout": "reject"}}
SEND_WITHOUT_ANSWER: Final = {
    "information": {"deadline": "P2D", "reminders": [], "on_timeout": "send"}
}
REJECT_WITHOUT_ANSWER: Final = {
    "information": {"deadline": "P2D", "reminders": [], "on_timeout": "reject"}
}
UNDELIVERABLE: Final[dict[str, Any]] = {
    "velotel": HOLD,
    "attention": ("mail_undeliverable",),
    "lost_emails": 1,
}
THROTTLED: Final = file_throttled
ABOVE_LIMIT: Final = file_confirmed_above_limit
TRANSITION_PATHS: Final[dict[TransitionKey, TransitionPath]] = {
    (E.CLAIM_ACCEPTED, S.CREATED, S.VALIDATED): TransitionPath(do_nothing, file_undelivered),
    (E.CLAIM_DISCARDED, S.CREATED, S.DISCARDED): TransitionPath(do_nothing, file_incomplete),
    (E.CLAIM_HELD, S.VALIDATED, ON_HOLD): TransitionPath(do_nothing, file_early, HOLD),
    (E.HOLD_RELEASED, ON_HOLD, S.VALIDATED): TransitionPath(
        file_early, fail_delivery_after_hold, HOLD
    ),
    (E.HOLD_RELEASED, ON_HOLD, S.RESOLVED): TransitionPath(
        file_early_with_reward("registered"), fail_delivery_after_hold, HOLD
    ),
    (E.HOLD_RELEASED, ON_HOLD, S.REJECTED): TransitionPath(
        file_early_with_reward("invalid"), fail_delivery_after_hold, HOLD
    ),
    (E.CLAIM_SENT, S.VALIDATED, SENT): TransitionPath(file_with_refused_delivery, resend_claim),
    (E.PARTNER_CONFIRMED, SENT, AWAITING): TransitionPath(file_sent, CONFIRM),
    (E.PARTNER_CONFIRMED, REQUESTED, AWAITING): TransitionPath(file_with_question, CONFIRM),
    (E.PARTNER_CONFIRMED, AWAITING, AWAITING): TransitionPath(file_confirmed, CONFIRM),
    (E.PARTNER_REJECTED, SENT, S.REJECTED): TransitionPath(file_sent, REJECT),
    (E.PARTNER_REJECTED, REQUESTED, S.REJECTED): TransitionPath(file_with_question, REJECT),
    (E.INFORMATION_REQUESTED, SENT, REQUESTED): TransitionPath(file_sent, ASK_QUESTION),
    (E.INFORMATION_PROVIDED, REQUESTED, SENT): TransitionPath(file_with_question, answer_question),
    (E.INFORMATION_NOT_PROVIDED, REQUESTED, SENT): TransitionPath(
        file_with_question, skip_time(days=3), SEND_WITHOUT_ANSWER
    ),
    (E.INFORMATION_NOT_PROVIDED, REQUESTED, S.REJECTED): TransitionPath(
        file_with_question, skip_time(days=3), REJECT_WITHOUT_ANSWER
    ),
    (E.PARTNER_SILENT, S.VALIDATED, S.VALIDATED): TransitionPath(
        THROTTLED, PASS_DEADLINE, ESCALATE, (PARTNER_SILENT,)
    ),
    (E.PARTNER_SILENT, S.VALIDATED, AWAITING): TransitionPath(
        THROTTLED, PASS_DEADLINE, AUTO_CONFIRM
    ),
    (E.PARTNER_SILENT, S.VALIDATED, S.REJECTED): TransitionPath(
        THROTTLED, PASS_DEADLINE, AUTO_REJECT
    ),
    (E.PARTNER_SILENT, SENT, SENT): TransitionPath(
        file_sent, PASS_DEADLINE, ESCALATE, (PARTNER_SILENT,)
    ),
    (E.PARTNER_SILENT, SENT, AWAITING): TransitionPath(file_sent, PASS_DEADLINE, AUTO_CONFIRM),
    (E.PARTNER_SILENT, SENT, S.REJECTED): TransitionPath(file_sent, PASS_DEADLINE, AUTO_REJECT),
    (E.ORDER_CANCELLED, SENT, S.REJECTED): TransitionPath(file_sent, CANCEL_ORDER),
    (E.ORDER_CANCELLED, REQUESTED, S.REJECTED): TransitionPath(file_with_question, CANCEL_ORDER),
    (E.ORDER_CANCELLED, AWAITING, S.REJECTED): TransitionPath(file_confirmed, CANCEL_ORDER),
    (E.CANCELLATION_PERIOD_ENDED, AWAITING, S.RESOLVED): TransitionPath(
        file_confirmed, skip_time(days=6)
    ),
    (E.CANCELLATION_PERIOD_ENDED, AWAITING, S.REJECTED): TransitionPath(
        file_confirmed_after_another, skip_time(days=6)
    ),
    (E.REWARD_REGISTERED, S.VALIDATED, S.RESOLVED): TransitionPath(
        file_undelivered, register_reward
    ),
    (E.REWARD_REGISTERED, ON_HOLD, S.RESOLVED): TransitionPath(file_early, register_reward, HOLD),
    (E.REWARD_REGISTERED, SENT, S.RESOLVED): TransitionPath(file_sent, register_reward),
    (E.REWARD_REGISTERED, REQUESTED, S.RESOLVED): TransitionPath(
        file_with_question, register_reward
    ),
    (E.REWARD_REGISTERED, AWAITING, S.RESOLVED): TransitionPath(file_confirmed, register_reward),
    (E.WITHDRAWN, S.VALIDATED, S.WITHDRAWN): TransitionPath(file_undelivered, withdraw_claim),
    (E.WITHDRAWN, ON_HOLD, S.WITHDRAWN): TransitionPath(file_early, withdraw_claim, HOLD),
    (E.WITHDRAWN, SENT, S.WITHDRAWN): TransitionPath(file_sent, withdraw_claim),
    (E.WITHDRAWN, REQUESTED, S.WITHDRAWN): TransitionPath(file_with_question, withdraw_claim),
    (E.DECIDED, S.VALIDATED, AWAITING): TransitionPath(file_undelivered, decide_confirmed),
    (E.DECIDED, S.VALIDATED, S.REJECTED): TransitionPath(file_undelivered, decide_rejected),
    (E.DECIDED, SENT, AWAITING): TransitionPath(file_sent, decide_confirmed),
    (E.DECIDED, SENT, S.REJECTED): TransitionPath(file_sent, decide_rejected),
    (E.DECIDED, REQUESTED, AWAITING): TransitionPath(file_with_question, decide_confirmed),
    (E.DECIDED, REQUESTED, S.REJECTED): TransitionPath(file_with_question, decide_rejected),
    (E.DECIDED, ON_HOLD, AWAITING): TransitionPath(
        file_early_without_email, decide_confirmed, **UNDELIVERABLE
    ),
    (E.DECIDED, ON_HOLD, S.REJECTED): TransitionPath(
        file_early_without_email, decide_rejected, **UNDELIVERABLE
    ),
    (E.DECIDED, AWAITING, AWAITING): TransitionPath(ABOVE_LIMIT, decide_confirmed),
    (E.DECIDED, AWAITING, S.REJECTED): TransitionPath(ABOVE_LIMIT, decide_rejected),
}
