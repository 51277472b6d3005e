"""Several tickets and one model of the database: what the workflow of each ticket, the form and the
granting transaction do, in the order of a test.

A ticket acts only when a rule lets it, so that tickets may overtake each other.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from domain.claims.claim import TicketClaim
from domain.claims.information_form import decide_information, overlay_answers
from domain.claims.stored_claim import StoredClaim
from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.handlers.response_deadlines import next_timer
from domain.handlers.response_timeout import apply_response_timeout, auto_confirmable_amount
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import Decision, InformationAnswer, Withdrawal
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.messages.message import Message
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from domain.tickets.settlement import SettlementResult, decide_release
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from tests.support.builders import a_claim, a_decision
from tests.unit.domain.platform_model import PlatformModel
from tests.unit.domain.ticket_state_machine import assert_unchanged, check_transitions

BLOCKS_NO_OTHER: Final = (State.WITHDRAWN, State.DISCARDED)
MAX_STEPS: Final = 20
ENDS: Final = {
    SettlementResult.GRANTED: (State.RESOLVED, None),
    SettlementResult.REWARD_REGISTERED: (State.RESOLVED, None),
    SettlementResult.ALREADY_REWARDED: (State.REJECTED, RejectionReason.ALREADY_REWARDED),
    SettlementResult.TERMS_NOT_MET: (State.REJECTED, RejectionReason.TERMS_NOT_MET),
}


def claim_by(account: str, kind: str, order: str, reward_id: str, now: datetime) -> TicketClaim:
    """What a member claims: the order's reward, by its link of the kind, or a rejected one."""
    contests = kind == "rejected_reward"
    of_kind = "referral" if kind == "missing_referral_reward" else "cashback"
    return a_claim(
        account_id=account,
        kind=kind,
        link_id=None if contests else f"{account}-{of_kind}",
        reward_id=reward_id if contests else None,
        ordered_on=None if contests else (now - timedelta(days=5)).date().isoformat(),
        answers={"order_number": order},
    )


def filed_as(claim: TicketClaim, number: str, rules: PartnerRules) -> StoredClaim:
    """The claim as its ticket stores it."""
    assert claim.kind
    stored = claim.model_copy(update={"contact": None})
    return StoredClaim(number=number, kind=claim.kind, claim=stored, rules=rules)


class Claimant:
    """One ticket of an account, processed as its workflow does it."""

    def __init__(self, ticket: Ticket, filed: StoredClaim, platform: PlatformModel) -> None:
        """Process this ticket beside others of the same platform."""
        self.aggregate = TicketAggregate(ticket)
        self.filed = filed
        self.account_id = str(filed.claim.account_id)
        self.platform = platform
        self._requests = 0
        self._names: set[str | None] = set()

    @property
    def ticket(self) -> Ticket:
        """The current ticket."""
        return self.aggregate.ticket

    def duplicate_key(self, answers: dict[str, Any] | None = None) -> str:
        """The same reward (R25), with the answers that it has, or would have."""
        claim = overlay_answers(
            self.filed.rules, self.filed.kind, self.filed.claim.answers, answers or {}
        )
        return self.filed.in_context(self.platform.facts_of(self.account_id), claim).duplicate_key

    @property
    def blocks_another(self) -> bool:
        """Whether a claim for the same reward is a duplicate of this one (R25)."""
        return self.ticket.state not in BLOCKS_NO_OTHER

    def handle(self, message: Message, now: datetime) -> bool:
        """Handle a message; say whether the form has to check it first."""
        before = self.ticket
        result = handle_message(self.aggregate, message, now)
        name = _name_of(message)
        assert name not in self._names or self.ticket.transitions == before.transitions
        self._names |= {name} - {None}
        if self.ticket.transitions == before.transitions:
            assert_unchanged(before, self.ticket, message, now)
        else:
            assert not before.state.is_final
        check_transitions(self.ticket)
        return result.information_to_check is not None

    def submit_answer(
        self, message: InformationAnswer, existing_ticket: str | None, now: datetime
    ) -> None:
        """Let the database check the member's answer; `existing_ticket` is the other ticket of its
        order.
        """
        facts = self.platform.facts_of(self.account_id, existing_ticket)
        done = decide_information(self.filed, message.answers, message.note, facts)
        apply_information(self.aggregate, message, now, done.code, done.problems)
        if done.code is None:
            claim = self.filed.claim.model_copy(update={"answers": done.answers})
            self.filed = self.filed.model_copy(update={"claim": claim})
            self.aggregate.apply_form({}, done.order_key)

    @property
    def outcome_ids(self) -> list[str]:
        """The ids of the outcomes that it has heard."""
        named = [name.partition(":") for name in self._names if name]
        return sorted(one for kind, _, one in named if kind == "outcome")

    def restarts(self) -> None:
        """Go on in another worker, with what a history hands on."""
        self.aggregate.collect_changes()
        again = Ticket.model_validate_json(self.ticket.model_dump_json())
        assert again == self.ticket
        self.aggregate = TicketAggregate(again)

    def looks_up(self, now: datetime, crashes: bool = False) -> None:
        """Take the due action as the workflow does; `crashes`: after the database's result and
        before the ticket's transition.
        """
        aggregate = self.aggregate
        if aggregate.is_settlement_due(now):
            self._settles(now, crashes)
        elif aggregate.is_release_due(now):
            facts = self.platform.facts_of(self.account_id)
            aggregate.apply_release(decide_release(self.filed.in_context(facts)), now)
        elif amount := auto_confirmable_amount(aggregate, now):
            found = self.platform.confirm_on_timeout(self.ticket.number, float(amount.amount))
            apply_response_timeout(aggregate, now, found)
        elif (timer_at := next_timer(self.ticket)) and timer_at <= now:
            self.handle(DeadlinePassed(), now)
        check_transitions(self.ticket)

    def _settles(self, now: datetime, crashes: bool) -> None:
        settlement = self.platform.settle(self.filed)
        if crashes:
            self.restarts()
            assert self.platform.settle(self.filed) is settlement
        self.aggregate.apply_settlement(settlement, now)
        ticket = self.ticket
        assert (ticket.state, ticket.reason_code) == ENDS[settlement]
        assert (ticket.granted_amount is not None) is (settlement is SettlementResult.GRANTED)

    def comes_to_its_end(self, now: datetime) -> datetime:
        """Let its time pass, and an agent decide on attention flags; return the time."""
        for _ in range(MAX_STEPS):
            if self.aggregate.is_closed:
                return now
            if timer_at := next_timer(self.ticket):
                now = max(now, timer_at)
                self.looks_up(now)
            else:
                self._is_decided(now)
        raise AssertionError(f"does not end: {self.ticket.state}, {self.ticket.attention}")

    def _is_decided(self, now: datetime) -> None:
        assert set(self.ticket.attention) & {
            Attention.PARTNER_SILENT,
            Attention.AMOUNT_UNDECIDED,
            Attention.CANCELLATION_END_UNKNOWN,
        }
        self._requests += 1
        reward = {"amount": "40.00", "currency": "PLN"}
        self.handle(a_decision(request_id=f"last-{self._requests}", reward=reward), now)


def _name_of(message: Message) -> str | None:
    """Return what a message is known by when it comes again; our own have no names."""
    match message:
        case PartnerOutcome(outcome_id=one):
            return f"outcome:{one}"
        case RewardRegistered(reward_id=one):
            return f"reward:{one}"
        case Decision(request_id=one) | Withdrawal(request_id=one):
            return f"request:{one}"
    return None
