"""The invariants of a ticket, as a stateful machine without rules.

`test_any_message_order.py` adds the rules. Times are computed separately and
compared with those of the ticket.
"""

from datetime import datetime, timedelta
from typing import Final

from hypothesis.stateful import RuleBasedStateMachine, invariant

from domain.handlers.handling_result import HandlingResult
from domain.handlers.message_handling import handle_message
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import EMAIL_ATTENTION, Attention
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.messages.message import Message
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.tickets.transition_table import TRANSITIONS
from domain.values import periods
from tests.support.builders import NOW, WARSAW, a_new_ticket

ALLOWED_TRANSITIONS: Final = set(TRANSITIONS)
AWAITING: Final = State.AWAITING_CANCELLATION_PERIOD
INFORMATION_REQUESTED: Final = State.INFORMATION_REQUESTED
PARTNER_STATES: Final = (State.VALIDATED, State.SENT_TO_PARTNER)


def check_transitions(ticket: Ticket) -> None:
    """Every transition is in the table and follows the one before it; none is lost."""
    transitions = ticket.transitions
    assert [transition.seq for transition in transitions] == list(range(1, len(transitions) + 1))
    assert {(made.event, made.from_state, made.to) for made in transitions} <= ALLOWED_TRANSITIONS
    states = [State.CREATED, *[transition.to for transition in transitions]]
    assert [transition.from_state for transition in transitions] == states[:-1]
    assert ticket.state is states[-1]
    assert not any(state.is_final for state in states[:-1])
    assert [transition.at for transition in transitions] == sorted(
        transition.at for transition in transitions
    )


def is_overdue(ticket: Ticket, now: datetime) -> bool:
    """Whether the deadline of `ticket` has passed, and is not the end of a hold."""
    return ticket.state is not State.ON_HOLD and bool(ticket.due_at and ticket.due_at <= now)


def assert_unchanged(before: Ticket, after: Ticket, message: Message, now: datetime) -> None:
    """A message without a transition changes no deadline and decides nothing."""
    assert after.state is before.state
    is_passed = isinstance(message, DeadlinePassed) and is_overdue(before, now)
    assert after.due_at == before.due_at or (is_passed and after.due_at is None)
    assert after.cancellation_ends_at == before.cancellation_ends_at
    assert (after.confirmed_amount, after.granted_amount) == (
        before.confirmed_amount,
        before.granted_amount,
    )
    if after.reminders_sent != before.reminders_sent:
        assert isinstance(message, DeadlinePassed)
        assert after.reminders_sent == before.reminders_sent + 1
        assert before.due_at
        assert now < before.due_at


class AnyTicket(RuleBasedStateMachine):
    """One ticket, the current time, and everything stored of the ticket."""

    def begin(self, partner: PartnerRules, held: bool, promised: object) -> None:
        """Open a ticket of `partner`."""
        self.now: datetime = NOW
        self.aggregate = TicketAggregate(a_new_ticket(partner, promised_amount=promised))
        self.aggregate.open(NOW, held_until=NOW + timedelta(days=2) if held else None)
        self.versions: list[int] = []
        self.stored_transitions = 0
        self.email_keys: list[str] = []
        self.purposes: list[str] = []
        self.answers: dict[str, object] = {}
        self.grants = 0
        self.partner_time_used = timedelta()
        self.start_partner_time()

    def start_partner_time(self) -> None:
        """Compute how much time the partner has in total, from now."""
        deadline = self.aggregate.ticket.terms.response.deadline
        self.total = periods.add_period(self.now, deadline, WARSAW) - self.now

    def until(self, time: datetime | None) -> None:
        """Let time pass until `time`; it counts for the partner in the partner's states."""
        passed = max(self.now, time or self.now) - self.now
        if self.aggregate.ticket.state in PARTNER_STATES:
            self.partner_time_used += passed
        self.now += passed

    def handle(self, message: Message) -> HandlingResult:
        """Handle a message, and check its effect."""
        before = self.aggregate.ticket
        result = handle_message(self.aggregate, message, self.now)
        if result.result:
            first = self.answers.setdefault(result.result.key, result.result)
            assert result.result == first
        if result.delivery_purpose and result.delivery_purpose.startswith(
            ("reminder", "information")
        ):
            self.purposes.append(result.delivery_purpose)
        if self.aggregate.ticket.transitions == before.transitions:
            self.check_no_transition(before, message)
        else:
            assert not before.state.is_final
            assert not result.is_log_only
            self.note_members_deadline(before)
        return result

    def note_members_deadline(self, before: Ticket) -> None:
        """A new question gives the member the full time, whatever time the partner has left."""
        if (
            self.aggregate.ticket.state is INFORMATION_REQUESTED
            and before.state is not INFORMATION_REQUESTED
        ):
            deadline = self.aggregate.ticket.terms.information.deadline
            self.members_deadline = periods.add_period(self.now, deadline, WARSAW)

    def check_no_transition(self, before: Ticket, message: Message) -> None:
        """A message without a transition changes no deadline and decides nothing."""
        assert_unchanged(before, self.aggregate.ticket, message, self.now)

    def collect(self) -> ChangeSet:
        """Collect the pending changes, and compare them with those collected before."""
        change_set = self.aggregate.collect_changes()
        self.versions.append(change_set.version)
        self.email_keys += [email.key for email in change_set.emails]
        expected = range(
            self.stored_transitions + 1, self.stored_transitions + len(change_set.transitions) + 1
        )
        assert [transition.seq for transition in change_set.transitions] == list(expected)
        self.stored_transitions += len(change_set.transitions)
        assert change_set.state is self.aggregate.ticket.state
        assert self.stored_transitions == len(self.aggregate.ticket.transitions)
        return change_set

    @invariant()
    def every_transition_is_in_the_table_and_none_is_lost(self) -> None:
        check_transitions(self.aggregate.ticket)

    @invariant()
    def a_reward_is_granted_once_and_only_to_a_resolved_ticket(self) -> None:
        ticket = self.aggregate.ticket
        assert self.grants <= 1
        assert (ticket.granted_amount is not None) is bool(self.grants)
        assert ticket.granted_amount is None or ticket.state is State.RESOLVED

    @invariant()
    def versions_emails_and_purposes_are_unique(self) -> None:
        assert self.versions == sorted(set(self.versions))
        assert len(self.email_keys) == len(set(self.email_keys))
        assert len(self.purposes) == len(set(self.purposes))

    @invariant()
    def a_closed_ticket_has_no_deadline_and_a_rejected_one_has_a_reason(self) -> None:
        ticket = self.aggregate.ticket
        if ticket.state.is_final:
            assert ticket.due_at is None
            assert set(ticket.attention) <= EMAIL_ATTENTION
        assert ticket.state is not State.REJECTED or ticket.reason_code

    @invariant()
    def an_open_ticket_can_continue(self) -> None:
        """By its deadline, by an agent who is needed, or by the messages that its state allows."""
        ticket = self.aggregate.ticket
        assert ticket.state is not State.ON_HOLD or ticket.due_at
        if ticket.state in PARTNER_STATES and not ticket.due_at:
            assert Attention.PARTNER_SILENT in ticket.attention
        if ticket.state is AWAITING and not ticket.attention:
            assert ticket.confirmed_amount
            assert ticket.cancellation_ends_at

    @invariant()
    def the_partner_never_has_more_time_than_its_terms_give(self) -> None:
        """However often it asks: the used and the remaining time add up to the total."""
        ticket = self.aggregate.ticket
        if ticket.state in PARTNER_STATES and ticket.due_at:
            assert self.partner_time_used + (ticket.due_at - self.now) == self.total

    @invariant()
    def the_members_deadline_stays_until_the_question_is_closed(self) -> None:
        ticket = self.aggregate.ticket
        if ticket.state is INFORMATION_REQUESTED:
            assert ticket.due_at == self.members_deadline
