"""The kinds of tickets of the random fault scenario: what the partner and people do, and which ends
are right whatever is killed meanwhile.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.tickets.attention import Attention
from domain.tickets.states import State
from local.partner_simulator.scripts import ScriptedOutcome

AGENT: Final = "agent:dorota"
MEMBER: Final = "member"


@dataclass(frozen=True)
class PlannedAction:
    """A command, or the registration of the reward (no `update`), once the ticket is in a state."""

    after_state: State
    update: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    after_attention: Attention | None = None


@dataclass(frozen=True)
class TicketKind:
    """One kind of ticket.

    `ends`: the states it may end in; one that stays open has a deadline or needs a person.
    `accounts`: how many accounts claim one order. `filings`: how often each claim is filed, at
    once and under one key. `ordered_seconds_ago`: of an order too recent to be accepted at once.
    """

    name: str
    partner_id: str
    ends: frozenset[State]
    outcomes: tuple[ScriptedOutcome, ...] = ()
    actions: tuple[PlannedAction, ...] = ()
    accounts: int = 1
    filings: int = 1
    ordered_seconds_ago: int | None = None
    contests: bool = False
    changed_answers: dict[str, Any] = field(default_factory=dict)


def _outcome(after: float, outcome: str, times: int = 1, **more: Any) -> ScriptedOutcome:
    return ScriptedOutcome(after=after, times=times, outcome={"outcome": outcome, **more})


def _ends(*states: State) -> frozenset[State]:
    return frozenset(states)


_ASK: Final = _outcome(1, "information_requested", questions=["activated_on"])
_ANSWER: Final = PlannedAction(
    State.INFORMATION_REQUESTED,
    "provide_information",
    {"actor": MEMBER, "note": "Umowa jest na nazwisko panieńskie."},
)
_REFUSED: Final = _ends(State.DISCARDED)
_DECIDED: Final = _ends(State.RESOLVED, State.REJECTED)
_CONFIRM: Final = {"actor": AGENT, "outcome": "confirmed", "note": "Potwierdzone telefonicznie."}
_REJECT: Final = {"actor": AGENT, "outcome": "rejected", "reason_code": "no_answer"}
_WITHDRAW: Final = {"actor": MEMBER, "reason": "Nagroda się pojawiła."}

KINDS: Final = (
    TicketKind("confirmed", "velotel", _ends(State.RESOLVED), (_outcome(1, "confirmed"),)),
    TicketKind("confirmed thrice", "brightvolt", _ends(State.RESOLVED),
              (_outcome(1, "confirmed", times=3),)),
    TicketKind("filed thrice at once", "velotel", _ends(State.RESOLVED),
              (_outcome(1, "confirmed"),), filings=3),
    TicketKind("rejected", "velotel", _ends(State.REJECTED),
              (_outcome(1, "rejected", reason_code="order_not_found"),)),
    TicketKind("rejected, then confirmed", "brightvolt", _ends(State.REJECTED),
              (_outcome(1, "rejected", reason_code="terms_not_met"), _outcome(3, "confirmed"))),
    # Whichever arrives before the cancellation period has ended counts.
    TicketKind("confirmed, then rejected", "velotel", _DECIDED,
              (_outcome(1, "confirmed"), _outcome(2, "rejected", reason_code="other"))),
    TicketKind("cancelled first", "velotel", _ends(State.REJECTED),
              (_outcome(1, "order_cancelled"), _outcome(2, "confirmed"))),
    TicketKind("cancelled while waiting", "velotel", _ends(State.REJECTED),
              (_outcome(1, "confirmed", cancellation_ends_on="+20d"),
               _outcome(3, "order_cancelled", times=2))),
    # After its deadline of ten seconds.
    TicketKind("late", "bankomat-plus", _ends(State.RESOLVED), (_outcome(13, "confirmed"),)),
    TicketKind("decided after silence", "bankomat-plus", _ends(State.REJECTED),
              actions=(PlannedAction(State.SENT_TO_PARTNER, "decide", _REJECT,
                                     Attention.PARTNER_SILENT),)),
    TicketKind("never answered", "velotel", _ends(State.SENT_TO_PARTNER)),
    TicketKind("asked and answered", "velotel", _ends(State.RESOLVED),
              (_ASK, _outcome(6, "confirmed")), (_ANSWER,)),
    TicketKind("asked, not answered", "bankomat-plus", _ends(State.REJECTED), (_ASK,)),
    TicketKind("decided: confirmed", "velotel", _ends(State.RESOLVED),
              actions=(PlannedAction(State.SENT_TO_PARTNER, "decide", _CONFIRM),)),
    TicketKind("decided: rejected", "brightvolt", _ends(State.REJECTED),
              actions=(PlannedAction(State.SENT_TO_PARTNER, "decide", _REJECT),)),
    TicketKind("decided while the partner answers", "velotel", _DECIDED,
              (_outcome(1, "confirmed"),),
              (PlannedAction(State.SENT_TO_PARTNER, "decide", _REJECT),)),
    TicketKind("withdrawn", "velotel", _ends(State.WITHDRAWN),
              actions=(PlannedAction(State.SENT_TO_PARTNER, "withdraw", _WITHDRAW),)),
    TicketKind("withdrawn while the partner answers", "velotel",
              _ends(State.WITHDRAWN, State.RESOLVED), (_outcome(1, "confirmed"),),
              (PlannedAction(State.SENT_TO_PARTNER, "withdraw", _WITHDRAW),)),
    TicketKind("registered", "velotel", _ends(State.RESOLVED),
              actions=(PlannedAction(State.SENT_TO_PARTNER),)),
    TicketKind("from two accounts", "velotel", _DECIDED | _REFUSED,
              (_outcome(1, "confirmed"),), accounts=2),
    TicketKind("contested", "velotel", _ends(State.RESOLVED), (_outcome(1, "confirmed"),),
              contests=True, changed_answers={"objection": "Umowa nadal obowiązuje."}),
    TicketKind("held", "fernweh", _ends(State.RESOLVED), (_outcome(1, "confirmed"),),
              ordered_seconds_ago=2),
    TicketKind("too early", "velotel", _REFUSED, ordered_seconds_ago=3600),
    TicketKind("incomplete", "velotel", _REFUSED, changed_answers={"order_number": "?"}),
)  # fmt: skip
