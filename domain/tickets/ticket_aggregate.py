"""The course of a ticket: its place on the map and all that a step changes, collected to be written
down.

A `Course` holds one ticket. `hearing.py` says what a message does to it; whoever drives it writes
down first and acts then. It decides, and does nothing.
"""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, Final

from domain.tickets.attention import Attention, attention_cleared_in
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import OutgoingEmail, email_for_transition
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.messages.commands import TicketCommand
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.settlement_transitions import HOLD_RELEASE_TRANSITIONS, SETTLEMENT_TRANSITIONS
from domain.tickets.states import Event, State
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Ticket, to_resume_state
from domain.tickets.ticket_limits import (
    MAX_LOGGED_DISCREPANCIES,
    MAX_PENDING_MESSAGES,
    MAX_PENDING_UNLOGGED_MESSAGES,
    MAX_QUESTIONS_PER_TICKET,
    MAX_UNAPPLIED_MESSAGES,
)
from domain.values import periods
from domain.values.types import Money

SYSTEM: Final = "system"


class TicketAggregate:
    """One ticket on its way."""

    def __init__(self, ticket: Ticket) -> None:
        """Go on from where `ticket` stands."""
        self.ticket = ticket
        self._life = Lifecycle(ticket.state)
        self._moves: list[Transition] = []
        self._letters: list[OutgoingEmail] = []
        self._notes: list[MessageLogEntry] = []
        self._answers: list[StoredRequestResult] = []
        self._acknowledged: list[str] = []
        self._left_out = ticket.messages_left_out

    @property
    def is_closed(self) -> bool:
        """Say whether the ticket has reached a final state."""
        return self.ticket.state.is_final

    @property
    def has_many_pending_messages(self) -> bool:
        """Say whether so much waits that it should be written down."""
        heard = max(self.ticket.messages_left_out - self._left_out, len(self._acknowledged))
        return len(self._notes) >= MAX_PENDING_MESSAGES or heard >= MAX_PENDING_UNLOGGED_MESSAGES

    @property
    def has_pending_changes(self) -> bool:
        """Say whether anything waits to be written down."""
        changed = self._moves or self._letters or self._notes or self._answers
        return bool(changed or self._acknowledged) or self.ticket.messages_left_out > self._left_out

    def can_transition(self, event: Event, to: State | None = None) -> bool:
        """Ask the map whether `event` leads from here (to `to`); a member is not asked for ever."""
        is_enough = (
            event is Event.INFORMATION_REQUESTED
            and self.ticket.question_count >= MAX_QUESTIONS_PER_TICKET
        )
        return not is_enough and self._life.can_fire(event, to)

    def open(self, now: datetime, held_until: datetime | None = None) -> None:
        """Open the ticket: the partner's clock starts, or the claim is held until then."""
        zone = self.ticket.terms.market.zone
        until = held_until.astimezone(zone).isoformat() if held_until else None
        answer_by = periods.add_period(held_until or now, self.ticket.terms.response.deadline, zone)
        told = {"held_until": until, "answer_by": answer_by.astimezone(zone).date().isoformat()}
        self.apply_transition(Event.CLAIM_ACCEPTED, State.VALIDATED, now, letter=told)
        if held_until:
            self.apply_transition(Event.CLAIM_HELD, State.ON_HOLD, now)
            self.change(due_at=held_until)
        else:
            self.start_partner_deadline(now)

    def start_partner_deadline(self, now: datetime) -> None:
        """Give the partner its time from `now` on."""
        terms = self.ticket.terms
        due_at = periods.add_period(now, terms.response.deadline, terms.market.zone)
        self.change(due_at=due_at, deadline_started_at=now, reminders_sent=0)

    def is_release_due(self, now: datetime) -> bool:
        """Say whether a held claim's moment has come."""
        due_at = self.ticket.due_at
        return self.ticket.state is State.ON_HOLD and bool(due_at and due_at <= now)

    def apply_release(self, found: HoldReleaseResult, now: datetime) -> None:
        """Let a held claim go on as `found`; only now does the partner's clock start."""
        to, reason = HOLD_RELEASE_TRANSITIONS[found]
        self.apply_transition(Event.HOLD_RELEASED, to, now, reason=reason)
        if to is State.VALIDATED:
            self.start_partner_deadline(now)

    def is_settlement_due(self, now: datetime) -> bool:
        """Say whether the cancellation period has ended and the amount is known."""
        ends_at = self.ticket.cancellation_ends_at
        waits = self.ticket.state is State.AWAITING_CANCELLATION_PERIOD
        contradicted = Attention.OUTCOME_CONTRADICTED in self.ticket.attention
        due = ends_at and ends_at <= now and self.ticket.confirmed_amount
        return waits and bool(due) and not contradicted

    def apply_settlement(self, verdict: SettlementResult, now: datetime) -> None:
        """End the ticket as the granting transaction found; or wait on for a second agent."""
        if verdict is SettlementResult.APPROVAL_NEEDED:
            self.change(confirmed_amount=None, approval=None)
            self.add_attention(Attention.AMOUNT_UNDECIDED)
            return
        event, to, reason = SETTLEMENT_TRANSITIONS[verdict]
        if verdict is SettlementResult.GRANTED:
            self.change(granted_amount=self.ticket.confirmed_amount)
        self.apply_transition(
            event,
            to,
            now,
            reason=reason,
            letter={"amount": money_as_json(self.ticket.granted_amount)},
        )

    def apply_transition(
        self,
        event: Event,
        to: State,
        now: datetime,
        actor: str = SYSTEM,
        *,
        reason: RejectionReason | None = None,
        note: str | None = None,
        letter: Mapping[str, Any] | None = None,
    ) -> None:
        """Follow an arrow, write it into the history, and queue the letter that it earns."""
        t = self.ticket
        self._life.fire(event, to)
        seq = len(t.transitions) + 1
        step = Transition(
            seq=seq,
            event=event,
            from_state=t.state,
            to=to,
            at=now,
            reason_code=reason,
            actor=actor,
            note=note,
        )
        if earned := email_for_transition(event, t.state, to):
            params = dict(letter or {}) | ({"reason_code": reason} if reason else {})
            key = f"{seq}-{earned}"
            queued = OutgoingEmail(key=key, kind=earned, language=t.language, params=params)
            self._letters.append(queued)
        self._moves.append(step)
        self.change(proposal=None)  # what an agent proposed was about where the ticket stood
        moves = (*t.transitions, step.model_copy(update={"note": None}))
        self.change(state=to, transitions=moves, reason_code=reason or t.reason_code)
        self.remove_attention(attention_cleared_in(to))
        if to not in (State.VALIDATED, State.SENT_TO_PARTNER):
            self.change(delivery_purpose=None)
        if to.is_final:
            self.change(due_at=None)

    def log_message(self, note: MessageLogEntry) -> None:
        """Keep a message that was heard; of many that changed nothing, only their number."""
        if note.seq is None:
            if (
                self.ticket.unapplied_messages
                >= MAX_UNAPPLIED_MESSAGES + bool(note.discrepancy) * MAX_LOGGED_DISCREPANCIES
            ):
                self.change(messages_left_out=self.ticket.messages_left_out + 1)
                return
            self.change(unapplied_messages=self.ticket.unapplied_messages + 1)
        self._notes.append(note)

    def acknowledge_outcome(self, outcome_id: str) -> None:
        """Let whoever dispatches outcomes know that this one was heard."""
        self._acknowledged.append(outcome_id)

    def record_result(
        self,
        request: TicketCommand,
        code: str | None = None,
        problems: Mapping[str, str] | None = None,
        *,
        state_changed: bool = False,
        awaits_approval: bool = False,
    ) -> StoredRequestResult:
        """Give a request its first answer: kept for ever in the books, for a while at hand."""
        answer = StoredRequestResult(
            request_id=request.request_id,
            caller=request.sender,
            digest=request.digest,
            number=self.ticket.number,
            state=self.ticket.state,
            state_changed=state_changed,
            code=code,
            problems=dict(problems or {}),
            awaits_approval=awaits_approval,
        )
        self._answers.append(answer)
        kept = (*self.ticket.recent_results, answer)[-MAX_REMEMBERED_IDS:]
        self.change(recent_results=kept, result_count=self.ticket.result_count + 1)
        return answer

    def result_may_be_archived(self, request: TicketCommand) -> bool:
        """Say whether only the books know if `request` came before."""
        known = any(answer.key == request.key for answer in self.ticket.recent_results)
        return not known and self.ticket.result_count > len(self.ticket.recent_results)

    def queue_email(self, letter: OutgoingEmail) -> None:
        """Queue a letter that no move earns: a reminder."""
        self._letters.append(letter)

    def add_attention(self, reason: Attention) -> None:
        """Flag the ticket for a person to look at; reasons are kept sorted by name."""
        self.change(attention=tuple(sorted({*self.ticket.attention, reason})))

    def remove_attention(self, reasons: Set[Attention]) -> None:
        """Clear the given reasons for attention."""
        self.change(attention=tuple(sorted(set(self.ticket.attention) - reasons)))

    def change(self, **fields: object) -> None:
        """Replace fields of the ticket."""
        self.ticket = self.ticket.model_copy(update=fields)

    def collect_changes(self) -> ChangeSet:
        """Hand out what has collected since the last writing."""
        self.change(version=self.ticket.version + 1)
        t = self.ticket
        change_set = ChangeSet(
            number=t.number,
            version=t.version,
            state=t.state,
            reason_code=t.reason_code,
            due_at=t.due_at,
            cancellation_ends_at=t.cancellation_ends_at,
            attention=t.attention,
            confirmed_amount=t.confirmed_amount,
            proposal=t.proposal,
            approval=t.approval,
            partner_reference=t.partner_reference,
            transitions=tuple(self._moves),
            emails=tuple(self._letters),
            messages=tuple(self._notes),
            results=tuple(self._answers),
            resumptions=t.resumptions,
            resume_state=to_resume_state(t),
            acknowledged_outcome_ids=tuple(self._acknowledged),
            messages_left_out=t.messages_left_out,
        )
        self._moves, self._letters, self._notes, self._answers = [], [], [], []
        self._acknowledged, self._left_out = [], t.messages_left_out
        return change_set


def money_as_json(amount: Money | None) -> dict[str, Any] | None:
    """Return `amount` as letters take it."""
    return amount.model_dump(mode="json") if amount else None


def settlement_changes(ticket: Ticket, now: datetime) -> dict[SettlementResult, ChangeSet]:
    """Return, for each verdict the granting transaction may reach, the step it then writes."""
    forks = {verdict: TicketAggregate(ticket) for verdict in SettlementResult}
    for verdict, fork in forks.items():
        fork.apply_settlement(verdict, now)
    return {verdict: fork.collect_changes() for verdict, fork in forks.items()}
