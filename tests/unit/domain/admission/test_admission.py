"""Admission: the result of a claim, and what is stored of it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.admission.admission import refusal_result
from domain.admission.admission_record import AdmissionRecord
from domain.admission.assessed_claim import assess_claim
from domain.claims.account_facts import AccountFacts
from domain.claims.claim_digest import claim_digest
from domain.claims.claim_parsing import parse_claim
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    NUMBER,
    a_partner,
    a_reward,
    claim_content,
    some_facts,
)
from tests.unit.domain.admission.admission_records import admission_record

PERSONAL = ("jan@example.com", "Kowalski", "VT-2231-9", "acc-1001")


def test_an_accepted_claim_opens_its_ticket() -> None:
    """R26, R27, R28."""
    record = admission_record()
    assert (record.admission.result.status, record.admission.result.state) == (
        "accepted",
        State.VALIDATED,
    )
    assert record.admission.result.number == NUMBER
    ticket = record.admission.ticket
    assert ticket is not None
    assert (ticket.language, ticket.order_key, ticket.terms) == (
        "pl",
        "VT22319",
        a_partner().terms,
    )
    assert [email.kind for email in record.admission.emails] == ["confirmation"]
    assert record.change_set.emails == record.admission.emails


def test_an_early_claim_is_held_with_the_time_of_its_release() -> None:
    """R9, R26, R28."""
    early = NOW - timedelta(days=18)
    record = admission_record(partner=a_partner(early_claims="hold"), now=early)
    result = record.admission.result
    assert (result.status, result.state) == ("held", State.ON_HOLD)
    assert record.admission.ticket is not None
    assert record.admission.ticket.due_at == result.available_from
    assert record.admission.emails[0].params["held_until"] == "2026-10-04T00:00:00+02:00"


@pytest.mark.parametrize(
    ("changes", "facts", "status", "code"),
    [
        ({"link_id": "lnk-1"}, some_facts(), "refused", "link_does_not_fit"),
        ({}, some_facts(a_reward(state="registered")), "discarded", "reward_registered"),
        ({"answers": {}}, some_facts(), "discarded", "incomplete"),
    ],
)
def test_a_claim_that_is_not_accepted_stores_its_code_and_no_personal_data(
    changes: dict[str, Any], facts: AccountFacts, status: str, code: str
) -> None:
    """R22-R25: refused and discarded claims both end as discarded."""
    record = admission_record(facts=facts, took=timedelta(minutes=1), **changes)
    result = record.admission.result
    assert (result.status, result.state, record.admission.ticket) == (status, State.DISCARDED, None)
    assert [(reason.code, reason.message) for reason in result.reasons] == [(code, code.upper())]
    (transition,) = record.change_set.transitions
    assert (transition.seq, transition.event, transition.reason_code) == (
        1,
        Event.CLAIM_DISCARDED,
        code,
    )
    stored = record.model_dump_json()
    assert [value for value in PERSONAL if value in stored] == []


def test_a_duplicate_names_the_existing_ticket() -> None:
    """R25."""
    existing = "ZW-9999-P9XT-M2AB-0"
    result = admission_record(facts=some_facts(existing_ticket=existing)).admission.result
    assert (result.status, result.existing_ticket) == ("discarded", existing)


def test_without_partner_and_language_the_result_is_in_english() -> None:
    assessed = assess_claim(parse_claim({}), AccountFacts(), None, NOW)
    assert (assessed.language, assessed.assessment.status) == ("en", "discarded")


@pytest.mark.parametrize("raw", ["[]", "null", "{", '{"kind": {"a": []}}', '{"\\ud800": 1}'])
def test_any_malformed_claim_gets_a_result(raw: str) -> None:
    """R22, R23: it is not accepted, and it raises no error."""
    record = admission_record(raw=raw)
    assert record.admission.result.status in ("refused", "discarded")
    assert record.admission.result.reasons
    assert AdmissionRecord.model_validate_json(record.model_dump_json()) == record


def test_unknown_fields_of_an_accepted_claim_are_logged() -> None:
    (entry,) = admission_record(coupon="X").change_set.messages
    assert (entry.code, entry.body) == ("unknown_fields", {"unknown_fields": ["coupon"]})


@pytest.mark.parametrize("changes", [{}, {"answers": {}}, {"link_id": "lnk-1"}])
def test_every_result_carries_the_digest_of_the_assessed_claim(
    changes: dict[str, Any],
) -> None:
    """It shows the caller that its request key belongs to another claim."""
    result = admission_record(**changes).admission.result
    assert result.digest == claim_digest(claim_content(**changes))
    assert refusal_result(NUMBER, "key_reused").digest == ""


def test_a_refusal_without_a_claim_names_its_code() -> None:
    result = refusal_result(NUMBER, "key_reused")
    assert (result.status, result.state) == ("refused", State.DISCARDED)
    assert [reason.code for reason in result.reasons] == ["key_reused"]
