"""How each transition is made by a real ticket, for `test_every_transition.py`."""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.tickets.states import Event, State
from tests.workflow.transitions.paths.transition_actions import (
    AFTER_DEADLINE,
    CANCELLED,
    CONFIRMED,
    QUESTION,
    REJECTED,
    answer,
    decide_confirmed,
    decide_rejected,
    register_reward,
    resend,
    wait,
    wait_for_release,
    withdraw,
)
from tests.workflow.transitions.paths.transition_starts import (
    HOLDS,
    Action,
    be_asked,
    be_confirmed,
    be_confirmed_after_another,
    be_confirmed_for_too_much,
    be_sent,
    do_nothing,
    file_early,
    file_early_beside_reward,
    file_early_without_email,
    file_incomplete,
    file_rejected_by_partner,
    file_throttled,
    file_undelivered,
)

TransitionKey = tuple[Event, State, State]
SILENCE: Final = "partner_silent"
WITHIN_HALF_A_DAY: Final = {"deadline": "PT12H", "reminders": []}
UP_TO: Final = {"amount": "100.00", "currency": "PLN"}
CONFIRMS: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": UP_TO,
    "auto_confirm_monthly_cap": UP_TO,
}


@dataclass(frozen=True)
class TransitionPath:
    """How a transition is made: the start of the ticket, the action that follows, and changes
    to Velotel's file. `attention` is what the ticket asks for afterwards; so many of its first
    emails are `lost`.
    """

    begin: Action
    act: Action
    velotel: dict[str, Any] = field(default_factory=dict)
    attention: tuple[str, ...] = ()
    lost: int = 0


E, S, AWAIT = Event, State, State.AWAITING_CANCELLATION_PERIOD
HELD, SENT, ASKED = State.ON_HOLD, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED
ESCALATES: Final = {"response": WITHIN_HALF_A_DAY}
AUTO_CONFIRMS: Final = {"response": WITHIN_HALF_A_DAY | CONFIRMS}
AUTO_REJECTS: Final = {"response": WITHIN_HALF_A_DAY | {"on_timeout": "reject"}}
CONTINUES_WITHOUT_ANSWER: Final = {
    "information": {"deadline": "P2D", "reminders": [], "on_timeout": "send"}
}
REJECTS_WITHOUT_ANSWER: Final = {
    "information": {"deadline": "P2D", "reminders": [], "on_timeout": "reject"}
}
UNREACHABLE: Final[dict[str, Any]] = {
    "velotel": HOLDS,
    "attention": ("mail_undeliverable",),
    "lost": 1,
}
WAITING: Final = file_throttled
TOO_MUCH: Final = be_confirmed_for_too_much
TRANSITION_PATHS: Final[dict[TransitionKey, TransitionPath]] = {
    (E.CLAIM_ACCEPTED, S.CREATED, S.VALIDATED): TransitionPath(do_nothing, file_undelivered),
    (E.CLAIM_DISCARDED, S.CREATED, S.DISCARDED): TransitionPath(do_nothing, file_incomplete),
    (E.CLAIM_HELD, S.VALIDATED, HELD): TransitionPath(do_nothing, file_early, HOLDS),
    (E.HOLD_RELEASED, HELD, S.VALIDATED): TransitionPath(file_early, wait_for_release, HOLDS),
    (E.HOLD_RELEASED, HELD, S.RESOLVED): TransitionPath(
        file_early_beside_reward("registered"), wait_for_release, HOLDS
    ),
    (E.HOLD_RELEASED, HELD, S.REJECTED): TransitionPath(
        file_early_beside_reward("invalid"), wait_for_release, HOLDS
    ),
    (E.CLAIM_SENT, S.VALIDATED, SENT): TransitionPath(file_rejected_by_partner, resend),
    (E.PARTNER_CONFIRMED, SENT, AWAIT): TransitionPath(be_sent, CONFIRMED),
    (E.PARTNER_CONFIRMED, ASKED, AWAIT): TransitionPath(be_asked, CONFIRMED),
    (E.PARTNER_CONFIRMED, AWAIT, AWAIT): TransitionPath(be_confirmed, CONFIRMED),
    (E.PARTNER_REJECTED, SENT, S.REJECTED): TransitionPath(be_sent, REJECTED),
    (E.PARTNER_REJECTED, ASKED, S.REJECTED): TransitionPath(be_asked, REJECTED),
    (E.INFORMATION_REQUESTED, SENT, ASKED): TransitionPath(be_sent, QUESTION),
    (E.INFORMATION_PROVIDED, ASKED, SENT): TransitionPath(be_asked, answer),
    (E.INFORMATION_NOT_PROVIDED, ASKED, SENT): TransitionPath(
        be_asked, wait(days=3), CONTINUES_WITHOUT_ANSWER
    ),
    (E.INFORMATION_NOT_PROVIDED, ASKED, S.REJECTED): TransitionPath(
        be_asked, wait(days=3), REJECTS_WITHOUT_ANSWER
    ),
    (E.PARTNER_SILENT, S.VALIDATED, S.VALIDATED): TransitionPath(
        WAITING, AFTER_DEADLINE, ESCALATES, (SILENCE,)
    ),
    (E.PARTNER_SILENT, S.VALIDATED, AWAIT): TransitionPath(WAITING, AFTER_DEADLINE, AUTO_CONFIRMS),
    (E.PARTNER_SILENT, S.VALIDATED, S.REJECTED): TransitionPath(
        WAITING, AFTER_DEADLINE, AUTO_REJECTS
    ),
    (E.PARTNER_SILENT, SENT, SENT): TransitionPath(be_sent, AFTER_DEADLINE, ESCALATES, (SILENCE,)),
    (E.PARTNER_SILENT, SENT, AWAIT): TransitionPath(be_sent, AFTER_DEADLINE, AUTO_CONFIRMS),
    (E.PARTNER_SILENT, SENT, S.REJECTED): TransitionPath(be_sent, AFTER_DEADLINE, AUTO_REJECTS),
    (E.ORDER_CANCELLED, SENT, S.REJECTED): TransitionPath(be_sent, CANCELLED),
    (E.ORDER_CANCELLED, ASKED, S.REJECTED): TransitionPath(be_asked, CANCELLED),
    (E.ORDER_CANCELLED, AWAIT, S.REJECTED): TransitionPath(be_confirmed, CANCELLED),
    (E.CANCELLATION_PERIOD_ENDED, AWAIT, S.RESOLVED): TransitionPath(be_confirmed, wait(days=6)),
    (E.CANCELLATION_PERIOD_ENDED, AWAIT, S.REJECTED): TransitionPath(
        be_confirmed_after_another, wait(days=6)
    ),
    (E.REWARD_REGISTERED, S.VALIDATED, S.RESOLVED): TransitionPath(
        file_undelivered, register_reward
    ),
    (E.REWARD_REGISTERED, HELD, S.RESOLVED): TransitionPath(file_early, register_reward, HOLDS),
    (E.REWARD_REGISTERED, SENT, S.RESOLVED): TransitionPath(be_sent, register_reward),
    (E.REWARD_REGISTERED, ASKED, S.RESOLVED): TransitionPath(be_asked, register_reward),
    (E.REWARD_REGISTERED, AWAIT, S.RESOLVED): TransitionPath(be_confirmed, register_reward),
    (E.WITHDRAWN, S.VALIDATED, S.WITHDRAWN): TransitionPath(file_undelivered, withdraw),
    (E.WITHDRAWN, HELD, S.WITHDRAWN): TransitionPath(file_early, withdraw, HOLDS),
    (E.WITHDRAWN, SENT, S.WITHDRAWN): TransitionPath(be_sent, withdraw),
    (E.WITHDRAWN, ASKED, S.WITHDRAWN): TransitionPath(be_asked, withdraw),
    (E.DECIDED, S.VALIDATED, AWAIT): TransitionPath(file_undelivered, decide_confirmed),
    (E.DECIDED, S.VALIDATED, S.REJECTED): TransitionPath(file_undelivered, decide_rejected),
    (E.DECIDED, SENT, AWAIT): TransitionPath(be_sent, decide_confirmed),
    (E.DECIDED, SENT, S.REJECTED): TransitionPath(be_sent, decide_rejected),
    (E.DECIDED, ASKED, AWAIT): TransitionPath(be_asked, decide_confirmed),
    (E.DECIDED, ASKED, S.REJECTED): TransitionPath(be_asked, decide_rejected),
    (E.DECIDED, HELD, AWAIT): TransitionPath(
        file_early_without_email, decide_confirmed, **UNREACHABLE
    ),
    (E.DECIDED, HELD, S.REJECTED): TransitionPath(
        file_early_without_email, decide_rejected, **UNREACHABLE
    ),
    (E.DECIDED, AWAIT, AWAIT): TransitionPath(TOO_MUCH, decide_confirmed),
    (E.DECIDED, AWAIT, S.REJECTED): TransitionPath(TOO_MUCH, decide_rejected),
}
