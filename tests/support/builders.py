"""Builders of domain values: each builds a valid value, with the changes that a test needs.

The dates fit together: the link was clicked the day before the order, and `NOW` is nineteen days
after the order, so that an unchanged claim is accepted.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.rewards import Link, Reward
from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.partners.file_checks import FROM_FILE
from domain.partners.form_fields import FormField
from domain.partners.market import LANGUAGES
from domain.partners.profile import PartnerProfile
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.commands import (
    Decision,
    InformationAnswer,
    InformationRequest,
    Withdrawal,
)
from domain.tickets.messages.internal import Delivered
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket

NOW: Final = datetime(2026, 10, 20, 12, tzinfo=UTC)
ORDERED_ON: Final = date(2026, 10, 1)
WARSAW: Final = ZoneInfo("Europe/Warsaw")
NUMBER: Final = "ZW-4KQ7-P9XT-M2AB-C"
PLN_40: Final = {"amount": "40.00", "currency": "PLN"}
RUNNING: Final = tuple(s for s in State if not s.is_final and s is not State.CREATED)


def a_label(text: str, **translations: str) -> dict[str, str]:
    """A label in every language: the translation given for it, or `text`."""
    return {language: translations.get(language, text) for language in LANGUAGES}


def a_field(name: str = "order_number", **changes: Any) -> FormField:
    """A required text field with a label in every language."""
    content = {"name": name, "label": a_label(name)} | changes
    return FormField.model_validate(content, context=FROM_FILE)


ORDER_FIELD: Final = a_field(is_order_number=True)
CONTRACT_FIELD: Final = a_field(
    "contract_started_on", type="date", required=False, anchor="contract_start"
)


def partner_content(**changes: Any) -> dict[str, Any]:
    """The rules of a partner as the content of its file."""
    content: dict[str, Any] = {
        "id": "velotel",
        "name": "VeloTel",
        "kinds": ["missing_cashback", "missing_referral_reward", "rejected_reward"],
        "market": {"time_zone": "Europe/Warsaw", "currency": "PLN", "language": "pl"},
        "cancellation": {"period": "P14D", "starts_from": "order", "max_period": "P6M"},
        "response": {"deadline": "P14D"},
        "max_reward": {"amount": "500.00", "currency": "PLN"},
        "fields": [ORDER_FIELD.model_dump(), CONTRACT_FIELD.model_dump()],
    }
    return content | changes


def a_partner(**changes: Any) -> PartnerRules:
    """A partner that takes every kind and refuses early claims."""
    return PartnerRules.from_file(partner_content(**changes))


def a_profile(**changes: Any) -> PartnerProfile:
    """A complete partner profile, with its channel."""
    channel = {
        "kind": "http",
        "address": "https://velotel.example/claims",
        "secret": "TICKETS_PARTNER_SECRET_VELOTEL",
    }
    return PartnerProfile.from_file(partner_content(channel=channel) | changes)


def a_link(**changes: Any) -> Link:
    """A cashback link, clicked the day before the order."""
    return Link.model_validate(
        {
            "link_id": "lnk-77",
            "version": 1,
            "account_id": "acc-1001",
            "partner_id": "velotel",
            "kind": "cashback",
            "clicked_at": "2026-09-30T18:20:00+02:00",
            "promised_reward": PLN_40,
        }
        | changes
    )


def a_reward(**changes: Any) -> Reward:
    """A rejected cashback reward for the order of `a_claim`."""
    return Reward.model_validate(
        {
            "reward_id": "rew-5",
            "version": 1,
            "account_id": "acc-1001",
            "partner_id": "velotel",
            "link_id": "lnk-77",
            "kind": "cashback",
            "order_number": "VT-2231-9",
            "state": "rejected",
            "amount": PLN_40,
            "changed_at": "2026-10-03T08:00:00+02:00",
        }
        | changes
    )


def some_facts(*rewards: Reward, **changes: Any) -> AccountFacts:
    """The facts of the account: one cashback link and these rewards."""
    return AccountFacts.model_validate({"links": (a_link(),), "rewards": rewards} | changes)


def claim_content(**changes: Any) -> dict[str, Any]:
    """A claim for missing cashback as JSON content; a change to `None` leaves a field out."""
    content: dict[str, Any] = {
        "account_id": "acc-1001",
        "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
        "kind": "missing_cashback",
        "partner_id": "velotel",
        "link_id": "lnk-77",
        "ordered_on": ORDERED_ON.isoformat(),
        "answers": {"order_number": "VT-2231-9"},
    }
    return {key: value for key, value in (content | changes).items() if value is not None}


def claim_json(**changes: Any) -> str:
    """A claim as JSON text."""
    return json.dumps(claim_content(**changes))


def a_claim(**changes: Any) -> TicketClaim:
    """A claim for missing cashback that is accepted unchanged."""
    return TicketClaim.model_validate(claim_content(**changes))


def a_contest(**changes: Any) -> TicketClaim:
    """A claim that contests the rejected reward of `a_reward`."""
    contest = {"kind": "rejected_reward", "reward_id": "rew-5", "link_id": None, "ordered_on": None}
    return a_claim(**contest | changes)


def a_new_ticket(partner: PartnerRules | None = None, **changes: Any) -> Ticket:
    """A ticket as admission creates it, before its first transition."""
    return Ticket.model_validate(
        {
            "number": NUMBER,
            "kind": "missing_cashback",
            "partner_id": "velotel",
            "language": "pl",
            "started_at": NOW,
            "terms": (partner or a_partner()).terms,
            "reward_kind": "cashback",
            "order_key": "VT22319",
            "ordered_on": ORDERED_ON,
            "promised_amount": PLN_40,
        }
        | changes
    )


def an_outcome(outcome: str = "confirmed", **changes: Any) -> PartnerOutcome:
    """An outcome of the ticket's partner; a rejection needs no reason here."""
    content = {"outcome_id": "evt-1", "partner_id": "velotel", "outcome": outcome}
    return PartnerOutcome.model_validate(content | changes)


def a_question(**changes: Any) -> PartnerOutcome:
    """A question of the ticket's partner."""
    return an_outcome("information_requested", **{"questions": ["When?"]} | changes)


def an_inquiry(**changes: Any) -> InformationRequest:
    """A question of an agent to the member."""
    content = {"request_id": "req-1", "actor": "agent-7", "questions": ["When?"]}
    return InformationRequest.model_validate(content | changes)


def an_answer(**changes: Any) -> InformationAnswer:
    """An answer from the member, with a note only."""
    content = {"request_id": "req-1", "actor": "member", "note": "on Friday"}
    return InformationAnswer.model_validate(content | changes)


def a_withdrawal(**changes: Any) -> Withdrawal:
    """A withdrawal by the member."""
    return Withdrawal.model_validate({"request_id": "req-1", "actor": "member"} | changes)


def a_decision(outcome: str = "confirmed", **changes: Any) -> Decision:
    """A decision of an agent, with a note."""
    content = {"request_id": "req-1", "actor": "agent-7", "outcome": outcome, "note": "seen it"}
    reason = {"reason_code": "terms_not_met"} if outcome == "rejected" else {}
    return Decision.model_validate(content | reason | changes)


def an_aggregate(
    state: State = State.SENT_TO_PARTNER, partner: PartnerRules | None = None, **changes: Any
) -> TicketAggregate:
    """A ticket that reached `state` by transitions at `NOW`, without pending changes.

    `changes` are made to the new ticket, before its first transition.
    """
    aggregate = TicketAggregate(a_new_ticket(partner, **changes))
    _advance_to(aggregate, state)
    if aggregate.has_pending_changes:
        aggregate.collect_changes()
    return aggregate


def a_ticket(
    state: State = State.SENT_TO_PARTNER, partner: PartnerRules | None = None, **changes: Any
) -> Ticket:
    """The ticket of `an_aggregate`."""
    return an_aggregate(state, partner, **changes).ticket


def _advance_to(aggregate: TicketAggregate, state: State) -> None:
    if state is State.CREATED:
        return
    if state is State.DISCARDED:
        aggregate.apply_transition(Event.CLAIM_DISCARDED, State.DISCARDED, NOW)
        return
    aggregate.open(NOW, held_until=NOW + timedelta(days=1) if state is State.ON_HOLD else None)
    if state in (State.VALIDATED, State.ON_HOLD):
        return
    if state is State.WITHDRAWN:
        handle_message(aggregate, a_withdrawal(request_id="setup"), NOW)
        return
    next_delivery_purpose(aggregate)
    handle_message(aggregate, Delivered(reference="ref-1"), NOW)
    _apply_outcome_for(aggregate, state)


def _apply_outcome_for(aggregate: TicketAggregate, state: State) -> None:
    if state is State.INFORMATION_REQUESTED:
        handle_message(aggregate, a_question(outcome_id="setup"), NOW)
    if state is State.REJECTED:
        handle_message(aggregate, an_outcome("rejected", outcome_id="setup"), NOW)
    if state in (State.AWAITING_CANCELLATION_PERIOD, State.RESOLVED):
        handle_message(aggregate, an_outcome("confirmed", outcome_id="setup"), NOW)
    if state is State.RESOLVED:
        aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
