"""Admission: the first answer, and what is stored of a claim."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.admission.admission import AdmissionRequest, CodedReason, refusal_result
from domain.admission.admission_record import AdmissionRecord, build_admission
from domain.admission.assessed_claim import AssessedClaim, assess_claim
from domain.claims.account_facts import AccountFacts
from domain.claims.claim_digest import claim_digest
from domain.claims.claim_parsing import parse_claim
from domain.partners.rules import PartnerRules
from domain.tickets.states import Event, State
from domain.values.json_text import parse_json
from tests.support.builders import (
    NOW,
    NUMBER,
    a_partner,
    a_reward,
    claim_content,
    claim_json,
    some_facts,
)

PERSONAL = ("jan@example.com", "Kowalski", "VT-2231-9", "acc-1001")


def say(judged: AssessedClaim) -> tuple[CodedReason, ...]:
    """Stands for the phrases: the code in capitals."""
    return tuple(
        CodedReason(code=reason.code, field=reason.field, message=reason.code.upper())
        for reason in judged.assessment.reasons
    )


def entered(
    raw: str | None = None,
    facts: AccountFacts | None = None,
    partner: PartnerRules | None = None,
    took: timedelta = timedelta(),
    now: datetime = NOW,
    **changes: Any,
) -> AdmissionRecord:
    """What admission writes for a claim that came at `now`, after it `took` so long."""
    text = raw or claim_json(**changes)
    partner = partner or a_partner()
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest=claim_digest(parse_json(text.encode())), claim=text,
        started_at=now,
    )  # fmt: skip
    reading = parse_claim(parse_json(text.encode()))
    judged = assess_claim(reading, facts or some_facts(), partner, request.started_at)
    return build_admission(request, judged, partner, now + took, say)


def test_an_accepted_claim_opens_its_ticket() -> None:
    """R26, R27, R28."""
    entry = entered()
    assert (entry.admission.result.status, entry.admission.result.state) == (
        "accepted",
        State.VALIDATED,
    )
    assert entry.admission.result.number == NUMBER
    ticket = entry.admission.ticket
    assert ticket is not None
    assert (ticket.language, ticket.order_key, ticket.terms) == (
        "pl",
        "VT22319",
        a_partner().terms,
    )
    assert [letter.kind for letter in entry.admission.emails] == ["confirmation"]
    assert entry.change_set.emails == entry.admission.emails


def test_an_early_claim_is_held_and_says_until_when() -> None:
    """R9, R26, R28."""
    early = NOW - timedelta(days=18)
    entry = entered(partner=a_partner(early_claims="hold"), now=early)
    result = entry.admission.result
    assert (result.status, result.state) == ("held", State.ON_HOLD)
    assert entry.admission.ticket is not None
    assert entry.admission.ticket.due_at == result.available_from
    assert entry.admission.emails[0].params["held_until"] == "2026-10-04T00:00:00+02:00"


@pytest.mark.parametrize(
    ("changes", "facts", "status", "code"),
    [
        ({"link_id": "lnk-1"}, some_facts(), "refused", "link_does_not_fit"),
        ({}, some_facts(a_reward(state="registered")), "discarded", "reward_registered"),
        ({"answers": {}}, some_facts(), "discarded", "incomplete"),
    ],
)
def test_a_claim_that_is_not_accepted_leaves_a_coded_trace_and_no_personal_data(
    changes: dict[str, Any], facts: AccountFacts, status: str, code: str
) -> None:
    """R22-R25: refused and discarded claims both end as discarded."""
    entry = entered(facts=facts, took=timedelta(minutes=1), **changes)
    result = entry.admission.result
    assert (result.status, result.state, entry.admission.ticket) == (status, State.DISCARDED, None)
    assert [(reason.code, reason.message) for reason in result.reasons] == [(code, code.upper())]
    (move,) = entry.change_set.transitions
    assert (move.seq, move.event, move.reason_code) == (1, Event.CLAIM_DISCARDED, code)
    kept = entry.model_dump_json()
    assert [word for word in PERSONAL if word in kept] == []


def test_a_duplicate_names_the_existing_ticket() -> None:
    """R25."""
    standing = "ZW-9999-P9XT-M2AB-0"
    result = entered(facts=some_facts(existing_ticket=standing)).admission.result
    assert (result.status, result.existing_ticket) == ("discarded", standing)


def test_without_partner_and_language_the_answer_is_in_english() -> None:
    judged = assess_claim(parse_claim({}), AccountFacts(), None, NOW)
    assert (judged.language, judged.assessment.status) == ("en", "discarded")


@pytest.mark.parametrize("raw", ["[]", "null", "{", '{"kind": {"a": []}}', '{"\\ud800": 1}'])
def test_whatever_was_sent_as_a_claim_gets_an_answer(raw: str) -> None:
    """R22, R23: malformed input ends as not accepted, never as an error."""
    entry = entered(raw=raw)
    assert entry.admission.result.status in ("refused", "discarded")
    assert entry.admission.result.reasons
    assert AdmissionRecord.model_validate_json(entry.model_dump_json()) == entry


def test_unknown_fields_of_an_accepted_claim_are_noted() -> None:
    (note,) = entered(coupon="X").change_set.messages
    assert (note.code, note.body) == ("unknown_fields", {"unknown_fields": ["coupon"]})


@pytest.mark.parametrize("changes", [{}, {"answers": {}}, {"link_id": "lnk-1"}])
def test_every_answer_carries_the_digest_of_the_claim_that_was_judged(
    changes: dict[str, Any],
) -> None:
    """By it a caller notices that its request key was used for another claim before."""
    result = entered(**changes).admission.result
    assert result.digest == claim_digest(claim_content(**changes))
    assert refusal_result(NUMBER, "key_reused").digest == ""


def test_a_bare_refusal_names_its_code() -> None:
    result = refusal_result(NUMBER, "key_reused")
    assert (result.status, result.state) == ("refused", State.DISCARDED)
    assert [reason.code for reason in result.reasons] == ["key_reused"]
