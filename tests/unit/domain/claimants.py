"""Tickets of several accounts at one model of the database.

Each acts as its workflow, the form check and the granting transaction do, but only when a rule of
the state machine lets it, so that tickets may overtake each other.
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

WITHOUT_DUPLICATES: Final = (State.WITHDRAWN, State.DISCARDED)
MAX_STEPS: Final = 20
END_BY_RESULT: Final = {
    SettlementResult.GRANTED: (State.RESOLVED, None),
    SettlementResult.REWARD_REGISTERED: (State.RESOLVED, None),
    SettlementResult.ALREADY_REWARDED: (State.REJECTED, RejectionReason.ALREADY_REWARDED),
    SettlementResult.TERMS_NOT_MET: (State.REJECTED, RejectionReason.TERMS_NOT_MET),
}


def claim_by(account: str, kind: str, order: str, reward_id: str, now: datetime) -> TicketClaim:
    """A claim for the order's missing reward, or for a rejected reward."""
    contests = kind == "rejected_reward"
    link_kind = "referral" if kind == "missing_referral_reward" else "cashback"
    return a_claim(
        account_id=account,
        kind=kind,
        link_id=None if contests else f"{account}-{link_kind}",
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
        """Process this ticket among others of the same platform."""
        self.aggregate = TicketAggregate(ticket)
        self.filed = filed
        self.account_id = str(filed.claim.account_id)
        self.platform = platform
        self._requests = 0
        self._message_ids: set[str | None] = set()

    @property
    def ticket(self) -> Ticket:
        """The current ticket."""
        return self.aggregate.ticket

    def duplicate_key(self, answers: dict[str, Any] | None = None) -> str:
        """The duplicate key (R25), with further `answers`."""
        claim = overlay_answers(
            self.filed.rules, self.filed.kind, self.filed.claim.answers, answers or {}
        )
        return self.filed.in_context(self.platform.facts_of(self.account_id), claim).duplicate_key

    @property
    def blocks_another(self) -> bool:
        """Whether a claim for the same reward is a duplicate of this one (R25)."""
        return self.ticket.state not in WITHOUT_DUPLICATES

    def handle(self, message: Message, now: datetime) -> bool:
        """Handle a message; return whether the form must check it first."""
        before = self.ticket
        result = handle_message(self.aggregate, message, now)
        message_id = _id_of(message)
        assert message_id not in self._message_ids or self.ticket.transitions == before.transitions
        self._message_ids |= {message_id} - {None}
        if self.ticket.transitions == before.transitions:
            assert_unchanged(before, self.ticket, message, now)
        else:
            assert not before.state.is_final
        check_transitions(self.ticket)
        return result.information_to_check is not None

    def submit_answer(
        self, message: InformationAnswer, existing_ticket: str | None, now: datetime
    ) -> None:
        """Check the member's answer; `existing_ticket` is another ticket of that order."""
        facts = self.platform.facts_of(self.account_id, existing_ticket)
        form = decide_information(self.filed, message.answers, message.note, facts)
        apply_information(self.aggregate, message, now, form.code, form.problems)
        if form.code is None:
            claim = self.filed.claim.model_copy(update={"answers": form.answers})
            self.filed = self.filed.model_copy(update={"claim": claim})
            self.aggregate.apply_form({}, form.order_key)

    @property
    def outcome_ids(self) -> list[str]:
        """The ids of the handled outcomes."""
        parts = [message_id.partition(":") for message_id in self._message_ids if message_id]
        return sorted(outcome_id for kind, _, outcome_id in parts if kind == "outcome")

    def restart(self) -> None:
        """Continue in another worker, with the state that continue-as-new passes on."""
        self.aggregate.collect_changes()
        restored = Ticket.model_validate_json(self.ticket.model_dump_json())
        assert restored == self.ticket
        self.aggregate = TicketAggregate(restored)

    def take_due_action(self, now: datetime, crashes: bool = False) -> None:
        """Take the due action as the workflow does; `crashes`: between the settlement in the
        database and the transition.
        """
        aggregate = self.aggregate
        if aggregate.is_settlement_due(now):
            self._settle(now, crashes)
        elif aggregate.is_release_due(now):
            facts = self.platform.facts_of(self.account_id)
            aggregate.apply_release(decide_release(self.filed.in_context(facts)), now)
        elif amount := auto_confirmable_amount(aggregate, now):
            result = self.platform.confirm_on_timeout(self.ticket.number, float(amount.amount))
            apply_response_timeout(aggregate, now, result)
        elif (timer_at := next_timer(self.ticket)) and timer_at <= now:
            self.handle(DeadlinePassed(), now)
        check_transitions(self.ticket)

    def _settle(self, now: datetime, crashes: bool) -> None:
        settlement = self.platform.settle(self.filed)
        if crashes:
            self.restart()
            assert self.platform.settle(self.filed) is settlement
        self.aggregate.apply_settlement(settlement, now)
        ticket = self.ticket
        assert (ticket.state, ticket.reason_code) == END_BY_RESULT[settlement]
        assert (ticket.granted_amount is not None) is (settlement is SettlementResult.GRANTED)

    def run_to_end(self, now: datetime) -> datetime:
        """Let time pass, and an agent decide when attention is raised; return the time."""
        for _ in range(MAX_STEPS):
            if self.aggregate.is_closed:
                return now
            if timer_at := next_timer(self.ticket):
                now = max(now, timer_at)
                self.take_due_action(now)
            else:
                self._decide(now)
        raise AssertionError(f"does not end: {self.ticket.state}, {self.ticket.attention}")

    def _decide(self, now: datetime) -> None:
        assert set(self.ticket.attention) & {
            Attention.PARTNER_SILENT,
            Attention.AMOUNT_UNDECIDED,
            Attention.CANCELLATION_END_UNKNOWN,
        }
        self._requests += 1
        reward = {"amount": "40.00", "currency": "PLN"}
        self.handle(a_decision(request_id=f"last-{self._requests}", reward=reward), now)


def _id_of(message: Message) -> str | None:
    """Return the id by which a repeated message is recognized; internal ones have none."""
    match message:
        case PartnerOutcome(outcome_id=message_id):
            return f"outcome:{message_id}"
        case RewardRegistered(reward_id=message_id):
            return f"reward:{message_id}"
        case Decision(request_id=message_id) | Withdrawal(request_id=message_id):
            return f"request:{message_id}"
    return None
