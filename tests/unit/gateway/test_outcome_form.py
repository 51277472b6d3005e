"""Outcomes by link: their rounds, and the content of the form (R20, R21, R31-R33)."""

from typing import Any

import pytest

from domain.partners.rules import PartnerRules
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from gateway.pages.partner.outcome_form import date_fields, parse_outcome_form
from gateway.pages.partner.rounds import current_round, outcome_id_for_round
from tests.support.builders import a_partner

NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
ID = outcome_id_for_round(0)


def with_anchor(anchor: str) -> PartnerRules:
    cancellation = {"period": "P14D", "starts_from": anchor, "max_period": "P90D"}
    return a_partner(cancellation=cancellation)


def parsed(fields: dict[str, str], *questions: str, **rules: Any) -> PartnerOutcome:
    found = parse_outcome_form(fields, questions, a_partner(**rules), NUMBER, ID)
    assert found.problems == {}
    assert found.outcome
    return found.outcome


def test_the_next_round_starts_when_the_question_is_answered() -> None:
    states = [
        (State.VALIDATED, 0),
        (State.SENT_TO_PARTNER, 0),
        (State.INFORMATION_REQUESTED, 1),
        (State.SENT_TO_PARTNER, 1),
        (State.INFORMATION_REQUESTED, 2),
        (State.SENT_TO_PARTNER, 2),
        (State.AWAITING_CANCELLATION_PERIOD, 2),
    ]
    assert [current_round(state, asked_times) for state, asked_times in states] == [
        0,
        0,
        0,
        1,
        1,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("anchor", "dates"),
    [
        ("order", ["cancellation_ends_on"]),
        ("activation", ["activated_on", "cancellation_ends_on"]),
        ("contract_start", ["contract_started_on", "cancellation_ends_on"]),
    ],
)
def test_a_partner_is_asked_for_the_dates_its_period_counts_from(
    anchor: str, dates: list[str]
) -> None:
    assert date_fields(with_anchor(anchor)) == dates


def test_a_date_that_was_not_requested_is_ignored() -> None:
    fields = {"outcome": "confirmed", "activated_on": "2026-10-01", "contract_started_on": "x"}
    found = parse_outcome_form(fields, (), with_anchor("activation"), NUMBER, ID)
    assert found.outcome
    assert str(found.outcome.activated_on) == "2026-10-01"
    assert found.outcome.contract_started_on is None


@pytest.mark.parametrize(
    "amount", ["12,50", "12.50", "12.5", " 12,50 z\u0142", "PLN 12.5", "\uff11\uff12,50"]
)
def test_an_amount_is_in_the_markets_currency(amount: str) -> None:
    found = parsed({"outcome": "confirmed", "amount": amount, "confirmed_note": "Tak."})
    assert found.reward
    assert (str(found.reward.amount), found.reward.currency) == ("12.50", "PLN")
    assert found.note == "Tak."
    assert parsed({"outcome": "confirmed", "amount": ""}).reward is None


def test_each_outcome_takes_only_its_own_fields() -> None:
    everything = {
        "amount": "1",
        "reason_code": "other",
        "confirmed_note": "yes",
        "rejected_note": "no",
        "question": "why",
    }
    rejected = parsed(everything | {"outcome": "rejected"}, "why")
    assert (rejected.reward, rejected.note, rejected.questions) == (None, "no", ())
    question = parsed(everything | {"outcome": "information_requested"}, "why")
    assert (question.reward, question.note, question.questions) == (None, None, ("why",))
    assert (question.outcome_id, question.number) == ("link-0", NUMBER)


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({}, {"outcome": "not_an_option"}),
        ({"outcome": "order_cancelled"}, {"outcome": "not_an_option"}),
        ({"outcome": "rejected"}, {"reason_code": "required"}),
        ({"outcome": "rejected", "reason_code": "x"}, {"reason_code": "not_an_option"}),
        ({"outcome": "information_requested"}, {"question": "required"}),
        ({"outcome": "confirmed", "amount": "1.250"}, {"amount": "ambiguous_number"}),
        ({"outcome": "confirmed", "amount": "12 \u20ac"}, {"amount": "malformed_number"}),
        ({"outcome": "confirmed", "amount": "1_0"}, {"amount": "malformed_number"}),
        ({"outcome": "confirmed", "amount": "5 / 6"}, {"amount": "several_numbers"}),
        (
            {"outcome": "confirmed", "confirmed_note": "x" * 4001, "cancellation_ends_on": "x"},
            {"confirmed_note": "too_long", "cancellation_ends_on": "malformed_date"},
        ),
    ],
)
def test_errors_are_reported_at_the_forms_fields(
    fields: dict[str, str], problems: dict[str, str]
) -> None:
    found = parse_outcome_form(fields, (), a_partner(), NUMBER, ID)
    assert (found.outcome, found.problems) == (None, problems)
